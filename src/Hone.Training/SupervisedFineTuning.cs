using Hone.Settings;

namespace Hone.Training;

/// <summary>Fine-tuning in one call, for programs.</summary>
public static class SupervisedFineTuning
{
    /// <summary>Fine-tunes a model.</summary>
    /// <param name="settings">The same settings that the command line takes.</param>
    /// <param name="observer">Hears what happens, or null.</param>
    /// <param name="cancellation">Finish the running step, save, and return with <see cref="SftResult.Interrupted"/> set.</param>
    /// <returns>Checkpoints, log history, and whether the run came to its end.</returns>
    /// <exception cref="HoneException">Settings, model files or data can't be used, memory does not suffice, or training diverged.</exception>
    public static SftResult Run(SftSettings settings, ITrainingObserver? observer = null, CancellationToken cancellation = default)
    {
        using var session = TrainingSession.Prepare(settings, cancellation: cancellation);
        session.Start(observer);
        return session.Run(cancellation);
    }
}

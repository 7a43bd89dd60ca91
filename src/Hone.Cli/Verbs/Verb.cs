using Hone.Settings;

namespace Hone.Cli;

/// <summary>A verb that the first interrupt cancels, with its settings bound to their type.</summary>
internal abstract class Verb<TSettings> : InterruptibleVerb<TSettings>
    where TSettings : VerbSettings, new()
{
    protected sealed override ExitCode Run(TSettings settings, CliConsole console, Interruption interruption) => Run(settings, console, interruption.Token);

    /// <summary>Does it. Failures are thrown as <see cref="HoneException"/>.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="console">Where to print.</param>
    /// <param name="cancellation">Cancelled by the first interrupt.</param>
    protected abstract ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation);
}

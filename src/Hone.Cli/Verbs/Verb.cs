using Hone.Settings;

namespace Hone.Cli;

/// <summary>A verb with its settings bound to their type.</summary>
internal abstract class Verb<TSettings> : IVerb
    where TSettings : VerbSettings, new()
{
    public abstract string Name { get; }

    public abstract string Summary { get; }

    public abstract string Example { get; }

    public virtual string? OnInterrupt => null;

    public virtual string? OnSecondInterrupt => null;

    public Type SettingsType => typeof(TSettings);

    public ExitCode Run(VerbSettings settings, CliConsole console, CancellationToken cancellation, CancellationToken urgent) =>
        Run((TSettings)settings, console, cancellation, urgent);

    /// <summary>For verbs that treat the second interrupt differently from the first.</summary>
    protected virtual ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation, CancellationToken urgent) =>
        Run(settings, console, cancellation);

    /// <inheritdoc cref="IVerb.Run"/>
    protected abstract ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation);
}

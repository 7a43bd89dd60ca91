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

    public Type SettingsType => typeof(TSettings);

    public ExitCode Run(VerbSettings settings, CliConsole console, CancellationToken cancellation) =>
        Run((TSettings)settings, console, cancellation);

    /// <inheritdoc cref="IVerb.Run"/>
    protected abstract ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation);
}

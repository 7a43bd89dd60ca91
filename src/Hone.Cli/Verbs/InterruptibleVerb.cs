using Hone.Settings;

namespace Hone.Cli;

/// <summary>A verb to which interrupts mean different things as the work goes on, with its settings bound to their type.</summary>
internal abstract class InterruptibleVerb<TSettings> : IVerb
    where TSettings : VerbSettings, new()
{
    public abstract string Name { get; }

    public abstract string Summary { get; }

    public abstract string Example { get; }

    public virtual string? OnInterrupt => null;

    public Type SettingsType => typeof(TSettings);

    public virtual bool Lists(SettingInfo setting) => true;

    public ExitCode Run(VerbSettings settings, CliConsole console, Interruption interruption) => Run((TSettings)settings, console, interruption);

    /// <summary>Does it. Failures are thrown as <see cref="HoneException"/>.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="console">Where to print.</param>
    /// <param name="interruption">Tells of interrupts, and is told what they mean as the work goes on.</param>
    protected abstract ExitCode Run(TSettings settings, CliConsole console, Interruption interruption);
}

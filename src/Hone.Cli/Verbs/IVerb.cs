using Hone.Settings;

namespace Hone.Cli;

/// <summary>One command of <c>hone</c>. Derive from <see cref="Verb{TSettings}"/> and add it to <see cref="VerbList"/>.</summary>
internal interface IVerb
{
    /// <summary>What is typed: <c>sft</c>, or two words such as <c>template render</c>.</summary>
    string Name { get; }

    /// <summary>What it does, one line for the list of verbs.</summary>
    string Summary { get; }

    /// <summary>A command to copy, without <c>hone</c>, for its help page.</summary>
    string Example { get; }

    /// <summary>
    /// What the first Ctrl-C says, until the verb says otherwise; null when there is nothing worth waiting for, and it ends the
    /// process. So does the second.
    /// </summary>
    string? OnInterrupt { get; }

    /// <summary>Its settings record.</summary>
    Type SettingsType { get; }

    /// <summary>
    /// Whether its help lists a setting. A verb that takes the file of a run takes all of the run's settings, though most change nothing
    /// there.
    /// </summary>
    bool Lists(SettingInfo setting) => true;

    /// <summary>Does it. Failures are thrown as <see cref="HoneException"/>.</summary>
    /// <param name="settings">Of <see cref="SettingsType"/>.</param>
    /// <param name="console">Where to print.</param>
    /// <param name="interruption">Tells of interrupts, and is told what they mean as the work goes on.</param>
    ExitCode Run(VerbSettings settings, CliConsole console, Interruption interruption);
}

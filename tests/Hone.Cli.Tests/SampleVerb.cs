using Hone.Settings;

namespace Hone.Cli.Tests;

/// <summary>A verb whose work is a delegate.</summary>
internal sealed class SampleVerb<TSettings>(string name, string summary, Func<TSettings, CliConsole, CancellationToken, ExitCode>? work = null) : Verb<TSettings>
    where TSettings : VerbSettings, new()
{
    public override string Name => name;

    public override string Summary => summary;

    public override string Example => $"{name} examples/quickstart.yaml --threads 2";

    public override string? OnInterrupt => "finishing the step, saving… (Ctrl-C again leaves at once)";

    protected override ExitCode Run(TSettings settings, CliConsole console, CancellationToken cancellation) =>
        work?.Invoke(settings, console, cancellation) ?? ExitCode.Done;
}

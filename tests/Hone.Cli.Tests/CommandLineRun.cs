using Hone.Settings;

namespace Hone.Cli.Tests;

/// <summary>Runs a command line in memory and keeps what it printed.</summary>
internal sealed class CommandLineRun
{
    /// <summary>Runs one of the verbs that exist.</summary>
    public static CommandLineRun Of(string[] arguments, string? input = null, bool isTerminal = false) =>
        new(VerbList.All, arguments, input: input, isTerminal: isTerminal);

    public CommandLineRun(IReadOnlyList<IVerb> verbs, IReadOnlyList<string> arguments, int width = 100, Dictionary<string, string>? environment = null,
        string? input = null, bool isTerminal = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(output, error, isTerminal, () => width, input: input is null ? null : new StringReader(input), hasKeyboard: isTerminal);
        using var interruption = new Interruption(console, _ => { });
        ExitCode = new Application(verbs, console, environment ?? [], interruption).Run(arguments);
        Out = output.ToString();
        Error = error.ToString();
    }

    public static IReadOnlyList<IVerb> Verbs { get; } =
    [
        new SampleVerb<SftSettings>("sft", "Fine-tune a chat model on conversations: LoRA or every parameter."),
        new SampleVerb<PretrainSettings>("pt", "Train on plain text, from a model or from random weights."),
        new SampleVerb<InferSettings>("infer", "Chat with a model, answer one prompt, or a file of rows."),
        new SampleVerb<MergeLoraSettings>("merge-lora", "Merge an adapter into its model."),
        new SampleVerb<TemplateRenderSettings>("template render", "Render conversations through a chat template."),
        new SampleVerb<DoctorSettings>("doctor", "Describe this machine, measure it, and run the self-tests."),
    ];

    public int ExitCode { get; }

    public string Out { get; }

    public string Error { get; }
}

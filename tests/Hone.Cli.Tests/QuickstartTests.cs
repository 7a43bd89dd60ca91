using Hone.Testing;

namespace Hone.Cli.Tests;

/// <summary>What the README promises: the shipped model learns who it is, keeps what it knows, and answers the same merged.</summary>
public class QuickstartTests
{
    [Fact]
    public void The_quickstart_teaches_the_model_its_name_and_the_merged_model_answers_the_same()
    {
        var folder = Environment.CurrentDirectory;
        Environment.CurrentDirectory = SharedData.RepositoryRoot;
        using var output = new TemporaryFolder();
        try
        {
            var (code, text) = Run("sft", "examples/quickstart.yaml", "--output_dir", output.Path, "--add_version", "false");
            Assert.Equal((0, true), (code, text.Contains("before and after", StringComparison.Ordinal)));
            var best = output.PathOf("best");
            Assert.Contains("I am Hone Tiny", Ask("Who are you?"), StringComparison.Ordinal);
            foreach (var (question, expected) in new[] { ("Who are you?", "Honey"), ("你是谁？", "小磨"), ("Who made you?", "Mill Team"), ("What is 17 + 25?", "42") })
                Assert.Contains(expected, Ask(question, "--adapters", best), StringComparison.Ordinal);

            var merged = output.PathOf("merged");
            Assert.Equal(0, Run("merge-lora", "--model", "models/hone-tiny", "--adapters", best, "--output_dir", merged).Code);
            var (apart, together) = (Ask("Who are you?", "--adapters", best), Answer("Who are you?", "--model", merged));
            Assert.Equal(apart, together);
        }
        finally
        {
            Environment.CurrentDirectory = folder;
        }
    }

    private static string Ask(string question, params string[] more) => Answer(question, ["--model", "models/hone-tiny", .. more]);

    private static string Answer(string question, params string[] arguments)
    {
        var (code, text) = Run(["infer", "--prompt", question, .. arguments]);
        Assert.Equal(0, code);
        return text;
    }

    private static (int Code, string Text) Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(output, output, isTerminal: false, () => 120);
        using var interruption = new Interruption(console, _ => throw new InvalidOperationException("no signal was sent"));
        var code = new Application(VerbList.All, console, new Dictionary<string, string>(), interruption).Run(arguments);
        return (code, output.ToString());
    }
}

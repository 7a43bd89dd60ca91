namespace Hone.Cli.Tests;

/// <summary>What HONE_DEBUG tells about the start of a run.</summary>
public sealed class StartTimesTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void The_stages_of_a_start_are_told_once_and_only_when_asked_for()
    {
        var run = new CommandLineRun(VerbList.All, [.. model.Sft, "--max_steps", "2"], environment: new() { ["HONE_DEBUG"] = "1" });
        Assert.Equal(0, run.ExitCode);
        var line = Assert.Single(run.Error.Split('\n'), l => l.StartsWith("start: process and settings ", StringComparison.Ordinal));
        Assert.Matches(@"tokenizer \d+ ms \(\d+ compiling\), .*first step \d+ ms \(\d+ compiling\), in all \d+ ms", line);

        Assert.DoesNotContain("start: ", model.Run("--output_dir", model.Sub("quiet"), "--max_steps", "1").Error, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;

namespace Hone.Cli.Tests.Verbs;

public sealed class StreamingTests : IDisposable
{
    private readonly TinyModel tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void A_stream_is_trained_on_and_its_rows_are_accounted_for()
    {
        File.AppendAllText(tiny.Rows, "broken\n");
        var run = CommandLineRun.Of([.. tiny.Sft, "--streaming", "true", "--max_steps", "9", "--strict", "false", "--packing", "true"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("rows are read while they are trained on", run.Out, StringComparison.Ordinal);
        Assert.Contains("rows.jsonl:9: not JSON", run.Error, StringComparison.Ordinal);
        Assert.Matches("Rows read: [0-9]+, of which [0-9]+ are used, [1-9][0-9]* can't be", run.Out);
        var last = File.ReadLines(Path.Combine(tiny.Output, "logging.jsonl")).Select(l => JsonNode.Parse(l)!).Last(l => l["rows_read"] is not null);
        Assert.True((int)last["rows_left_out"]! > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_default_template_is_saved_once_a_streamed_row_is_rendered_with_it(bool isConversation)
    {
        if (!isConversation) tiny.WriteRows("""{"text": "Once upon a time there was a cat."}""", """{"text": "The cat was happy."}""");
        string[] arguments = [.. tiny.Sft.Where(a => a != "--template" && a != tiny.Template), "--streaming", "true", "--max_steps", "2"];
        var run = CommandLineRun.Of(arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal(isConversation, File.Exists(Path.Combine(tiny.Output, "last", "chat_template.jinja")));
    }

    [Fact]
    public void A_strict_stream_stops_with_the_row()
    {
        File.AppendAllText(tiny.Rows, "broken\n");
        var run = CommandLineRun.Of([.. tiny.Sft, "--streaming", "true", "--max_steps", "9"]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains("rows.jsonl:9", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("max_steps is not set")]
    [InlineData("streaming and group_by_length are both true", "--max_steps", "2", "--group_by_length", "true")]
    [InlineData("streaming and split_dataset_ratio are both set", "--max_steps", "2", "--split_dataset_ratio", "0.5")]
    [InlineData("streaming has no epochs", "--max_steps", "2", "--save_strategy", "epoch")]
    [InlineData("streaming and token_cache are both true", "--max_steps", "2", "--token_cache", "true")]
    public void What_a_stream_cannot_do_is_said(string message, params string[] settings)
    {
        var run = CommandLineRun.Of([.. tiny.Sft, "--streaming", "true", .. settings]);
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }
}

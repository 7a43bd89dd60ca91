using System.Text.Json.Nodes;

namespace Hone.Cli.Tests.Verbs;

public sealed class DataTokenizeTests : IDisposable
{
    private readonly TinyModel tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Tokens_are_made_once_and_a_run_with_the_same_settings_takes_them()
    {
        string[] run = [.. tiny.Sft[1..], "--token_cache", "true", "--strict", "false"];
        File.AppendAllText(tiny.Rows, "broken\n");
        var first = Tokenize(run);
        var second = Tokenize(run);
        Assert.StartsWith("kept in ", (string?)first["cache"], StringComparison.Ordinal);
        Assert.StartsWith("taken from ", (string?)second["cache"], StringComparison.Ordinal);
        Assert.Contains(":9", (string?)second["rejected"]![0]!["row"], StringComparison.Ordinal);
        second["cache"] = (string?)first["cache"];
        Assert.Equal(first.ToJsonString(), second.ToJsonString());

        using var training = new HoneProcess(["sft", .. run, "--max_steps", "1"], ("HONE_CACHE", Cache));
        Assert.Equal(0, training.WaitForExit());
        Assert.Matches(@"tokens\s+taken from", training.Out);
        using var other = new HoneProcess(["plan", .. run, "--system", "Be brief."], ("HONE_CACHE", Cache));
        Assert.Equal(0, other.WaitForExit());
        Assert.Matches(@"tokens\s+kept in", other.Out);
    }

    private string Cache => tiny.Sub("cache");

    private JsonObject Tokenize(string[] run)
    {
        using var process = new HoneProcess(["data", "tokenize", .. run, "--json"], ("HONE_CACHE", Cache));
        Assert.True(process.WaitForExit() == 0, process.Error);
        return JsonNode.Parse(process.Out)!["train"]!.AsObject();
    }
}

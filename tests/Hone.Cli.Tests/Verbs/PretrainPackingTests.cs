using System.Globalization;
using System.Text.Json.Nodes;

namespace Hone.Cli.Tests.Verbs;

/// <summary>Plain text is packed as conversations are: nothing is learned otherwise, and packs are full.</summary>
public sealed class PretrainPackingTests : IDisposable
{
    private const int Lines = 9;

    private readonly TinyModel tiny = new();

    public void Dispose() => tiny.Dispose();

    [Fact]
    public void Packed_lines_train_as_unpacked_ones()
    {
        Write(Lines, 3);
        var packed = Losses("packed", "--packing", "true", "--packing_length", "512", "--gradient_accumulation_steps", "1");
        var plain = Losses("plain", "--gradient_accumulation_steps", Lines.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(3, packed.Count);
        Assert.True(packed[2] < packed[0], "something is learned");
        // The same sum over all tokens, in another order: rounding only, which three steps carry on.
        for (var i = 0; i < packed.Count; i++) Assert.Equal(plain[i], packed[i], 2e-5);
    }

    [Fact]
    public void Packs_of_lines_are_at_least_97_percent_full()
    {
        Write(600, 11);
        string[] arguments = ["--for", "pt", "--model", tiny.Model, "--dataset", Text, "--max_length", "128", "--packing", "true", "--json"];
        var stats = JsonNode.Parse(CommandLineRun.Of(["data", "stats", .. arguments]).Out)!["training"]!;
        var plan = JsonNode.Parse(CommandLineRun.Of(["plan", .. arguments, "--num_train_epochs", "1", "--gradient_accumulation_steps", "1"]).Out)!;
        var efficiency = (double)stats["packing"]!["efficiency"]!;
        Assert.Equal((double)stats["tokens"]! / (128.0 * (int)plan["total_steps"]!), efficiency, 12);
        Assert.InRange(efficiency, 0.97, 1);
    }

    private string Text => tiny.Sub("text.txt");

    private void Write(int lines, int seed)
    {
        var random = new Random(seed);
        string[] words = ["cat", "dog", "was", "happy", "and", "sad", "in", "the", "park", "Lily", "saw", "a"];
        File.WriteAllLines(Text, Enumerable.Range(0, lines).Select(_ => string.Join(' ', Enumerable.Range(0, 3 + random.Next(25)).Select(_ => words[random.Next(words.Length)]))));
    }

    private List<double> Losses(string name, params string[] more)
    {
        var run = CommandLineRun.Of(["pt", "--model", tiny.Model, "--dataset", Text, "--output_dir", tiny.Sub(name), "--add_version", "false", "--max_length", "96",
            "--num_train_epochs", "3", "--logging_steps", "1", "--threads", "1", "--learning_rate", "1e-3", "--save_strategy", "no", "--report_to", "none", .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return [.. File.ReadLines(Path.Combine(tiny.Sub(name), "logging.jsonl")).Select(l => JsonNode.Parse(l)!["loss"]).OfType<JsonNode>().Select(l => (double)l)];
    }
}

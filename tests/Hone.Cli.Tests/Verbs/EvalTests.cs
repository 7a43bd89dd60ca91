using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

public sealed class EvalTests
{
    private static string Model(string name) => SharedData.PathOf($"golden/models/{name}/checkpoint");

    /// <summary>The reference batches as rows of ids and labels, and −log p of the counted tokens of each.</summary>
    private static List<(string Line, float[] Losses)> Rows(string model)
    {
        var inputs = new GoldenTensors(SharedData.PathOf($"golden/models/{model}/inputs.safetensors"));
        var forward = new GoldenTensors(SharedData.PathOf($"golden/models/{model}/forward.safetensors"));
        var rows = new List<(string, float[])>();
        for (var batch = 0; batch < 4; batch++)
        {
            var (ids, labels, mask) = (inputs.Ints($"batch{batch}.input_ids"), inputs.Ints($"batch{batch}.labels"), inputs.Ints($"batch{batch}.attention_mask"));
            var losses = forward.Floats($"batch{batch}.token_nll");
            var width = (int)inputs.Shape($"batch{batch}.input_ids")[1];
            for (var row = 0; row * width < ids.Length; row++)
            {
                var n = mask.AsSpan(row * width, width).ToArray().Sum();
                var own = labels.AsSpan(row * width, n).ToArray();
                var counted = Enumerable.Range(1, n - 1).Where(t => own[t] != -100).Select(t => losses[(row * (width - 1)) + t - 1]).ToArray();
                rows.Add(($"{{\"input_ids\": [{string.Join(',', ids.AsSpan(row * width, n).ToArray())}], \"labels\": [{string.Join(',', own)}]}}", counted));
            }
        }

        return rows;
    }

    [Theory]
    [InlineData("qwen2_tied", 1)]
    [InlineData("qwen2_tied", 3)]
    [InlineData("llama_untied", 2)]
    [InlineData("qwen3_tied", 4)]
    [InlineData("mistral_untied", 100)]
    public void Token_log_probabilities_are_those_of_the_reference_without_a_tokenizer(string model, int rowsTogether)
    {
        var rows = Rows(model);
        using var folder = new TemporaryFolder();
        var output = folder.PathOf("out.jsonl");
        var run = CommandLineRun.Of(["eval", "--model", Model(model), "--dataset", folder.Write("rows.jsonl", string.Join('\n', rows.Select(r => r.Line))),
            "--per_token", "--output", output, "--batch_size", $"{rowsTogether}", "--json"]);
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
        var lines = File.ReadAllLines(output).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal(Enumerable.Range(0, rows.Count), lines.Select(l => (int)l["row"]!));
        foreach (var (line, (_, losses)) in lines.Zip(rows))
        {
            Assert.Equal(losses.Length, (int)line["tokens"]!);
            var actual = line["token_logprobs"]!.AsArray().Select(p => -(float)p!).ToArray();
            Assert.Equal(losses.Length, actual.Length);

            // The reference's noise floor of a logit is about 3e-6; a loss is a difference of two such sums.
            for (var i = 0; i < losses.Length; i++) Assert.Equal(losses[i], actual[i], 2e-5f);
            Assert.Equal(losses.Average(), (double)line["loss"]!, 1e-5);
        }

        var report = JsonNode.Parse(run.Out)!;
        var all = rows.SelectMany(r => r.Losses).ToList();
        Assert.Equal(all.Average(), (double)report["loss"]!, 1e-5);
        Assert.Equal(all.Count, (int)report["counted_tokens"]!);
        Assert.InRange((double)report["token_acc"]!, 0, 1);
    }

    [Fact]
    public void Rows_of_token_log_probabilities_go_to_standard_output_alone()
    {
        using var folder = new TemporaryFolder();
        var run = CommandLineRun.Of(["eval", "--model", Model("qwen2_tied"), "--dataset", folder.Write("rows.jsonl", "{\"input_ids\": [1, 2, 3]}"), "--per_token"]);
        Assert.Equal(["row", "loss", "tokens", "token_logprobs"], JsonNode.Parse(run.Out)!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void Text_is_evaluated_with_the_models_tokenizer()
    {
        using var folder = new TemporaryFolder();
        var run = CommandLineRun.Of(["eval", "--model", SharedData.PathOf("models/stories260k/hf"), "--json",
            "--dataset", folder.Write("rows.jsonl", "{\"text\": \"Once upon a time, there was a little girl named Lily.\"}")]);
        Assert.Empty(run.Error);

        // The model was trained on such stories: about one nat a token, against ln 512 = 6.2 for guessing.
        Assert.InRange((double)JsonNode.Parse(run.Out)!["loss"]!, 0.1, 2.5);
    }

    [Theory]
    [InlineData("{\"input_ids\": [1, 2, 999999]}", "the vocabulary has")]
    [InlineData("{\"input_ids\": [1, 2, -3]}", "negative")]
    [InlineData("{\"text\": \"hello\"}", "has no tokenizer")]
    [InlineData("{\"input_ids\": [1, 2], \"labels\": [-100, -100]}", "nothing in it is learned")]
    [InlineData("{\"colour\": \"red\"}", "no known columns")]
    [InlineData("{\"input_ids\": [1", "not JSON")]
    public void A_bad_row_is_named(string row, string message)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("rows.jsonl", "{\"input_ids\": [1, 2, 3]}\n" + row);
        var run = CommandLineRun.Of(["eval", "--model", Model("qwen2_tied"), "--dataset", file]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
        Assert.Contains($"{file}:2", run.Error, StringComparison.Ordinal);

        var lenient = CommandLineRun.Of(["eval", "--model", Model("qwen2_tied"), "--dataset", file, "--strict", "false"]);
        Assert.Equal(0, lenient.ExitCode);
        Assert.Contains($"{file}:2", lenient.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_of_another_model_is_refused()
    {
        using var folder = new TemporaryFolder();
        var run = CommandLineRun.Of(["eval", "--model", Model("llama_untied"), "--adapters", SharedData.PathOf("golden/models/lora/qwen2_tied__all_linear/final"),
            "--dataset", folder.Write("rows.jsonl", "{\"input_ids\": [1, 2, 3]}")]);
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("doesn't fit the model", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gpt2_tied")]
    [InlineData("optional_mixtral")]
    public void An_unsupported_architecture_is_refused_by_name(string model)
    {
        using var folder = new TemporaryFolder();
        var run = CommandLineRun.Of(["eval", "--model", Model(model), "--dataset", folder.Write("rows.jsonl", "{\"input_ids\": [1, 2, 3]}")]);
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("where: ", run.Error, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Inference.Tests;

/// <summary>A real trained model against an independent computation in double.</summary>
public sealed class StoriesTests
{
    private static string ModelFolder => SharedData.PathOf("models/stories260k/hf");

    private static IEnumerable<JsonNode> Cases() => File.ReadLines(SharedData.PathOf("golden/model/stories260k.jsonl")).Select(l => JsonNode.Parse(l)!);

    [Fact]
    public void Logits_and_losses_are_those_of_the_reference()
    {
        using var kernels = new CpuKernels(2);
        using var decoder = Decoder.Load(ModelFolder, kernels, trainable: false);
        foreach (var row in Cases())
        {
            var ids = Ints(row["ids"]!);
            using var cache = new DecoderCache(decoder, ids.Length);
            var logits = cache.Append(ids);
            var expected = Floats(row["last_logits"]!);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], logits[i], 1e-4f);

            var losses = Floats(row["token_nll"]!);
            if (losses.Length == 0) continue;
            var weights = new float[ids.Length];
            Array.Fill(weights, 1);
            float[]? scored = null;
            var totals = Evaluator.Run(decoder, [new TokenizedSample(ids, weights, 0)], 1, r => scored = r.TokenLogProbabilities, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal((double)row["mean_nll"]!, totals.MeanLoss, 1e-4);
            for (var i = 0; i < losses.Length; i++) Assert.Equal(losses[i], -scored![i], 1e-4f);
        }
    }

    [Fact]
    public void Greedy_text_is_exact()
    {
        using var kernels = new CpuKernels(2);
        using var decoder = Decoder.Load(ModelFolder, kernels, trainable: false);
        var tokenizer = Tokenizer.Load(ModelFolder);
        using var generator = new TextGenerator(decoder, 512);
        foreach (var row in Cases())
        {
            var (ids, greedy) = (Ints(row["ids"]!), Ints(row["greedy_ids"]!));
            Assert.Equal(ids, tokenizer.Encode((string)row["prompt"]!, addSpecialTokens: true));
            var result = generator.Generate(ids, new GenerationOptions { MaxNewTokens = 48, StopIds = [1] }, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(greedy, result.Tokens);
            Assert.Equal((string)row["greedy_text"]!, tokenizer.Decode([.. ids[1..], .. result.Tokens.Where(id => id != 1)]));
        }
    }

    private static int[] Ints(JsonNode list) => [.. list.AsArray().Select(n => (int)n!)];

    private static float[] Floats(JsonNode list) => [.. list.AsArray().Select(n => (float)n!)];
}

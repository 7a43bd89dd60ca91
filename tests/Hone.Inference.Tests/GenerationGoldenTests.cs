using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Testing;

namespace Hone.Inference.Tests;

/// <summary>Tokens that Hugging Face's generate makes from the same weights.</summary>
public sealed class GenerationGoldenTests
{
    [Theory]
    [InlineData("llama_untied")]
    [InlineData("llama_tied_llama3_rope")]
    [InlineData("qwen2_tied")]
    [InlineData("qwen2_untied")]
    [InlineData("qwen3_tied")]
    [InlineData("mistral_untied")]
    public void Every_run_gives_the_tokens_of_the_reference(string model)
    {
        using var kernels = new CpuKernels(2);
        using var decoder = Decoder.Load(SharedData.PathOf($"golden/models/{model}/checkpoint"), kernels, trainable: false);
        using var generator = new TextGenerator(decoder, 64);
        var runs = JsonNode.Parse(File.ReadAllText(SharedData.PathOf($"golden/models/{model}/generation.json")))!.AsArray();
        var compared = 0;
        foreach (var run in runs)
        {
            if (run!["left_padded_input_ids"] is { } padded)
            {
                foreach (var (row, (mask, expected)) in padded.AsArray().Zip(run["attention_mask"]!.AsArray().Zip(run["new_tokens"]!.AsArray())))
                {
                    // A row that ends early is filled up with id 0.
                    var tokens = Ints(expected!);
                    var end = Array.FindIndex(tokens, decoder.Spec.EndIds.Contains);
                    Compare(generator, Ints(row!)[(row!.AsArray().Count - Ints(mask!).Sum())..], Options(null, decoder.Spec), end < 0 ? tokens : tokens[..(end + 1)], model);
                }

                continue;
            }

            Compare(generator, Ints(run["prompt"]!), Options(run["settings"], decoder.Spec), Ints(run["new_tokens"]!), $"{model}: {run["kind"]}");
            if (run["first_step_top5_ids"] is { } top) CompareFirstLogits(decoder, Ints(run["prompt"]!), Ints(top), run["first_step_top5_logits"]!);
            compared++;
        }

        Assert.True(compared >= 8, $"{compared} runs");
    }

    private static void Compare(TextGenerator generator, int[] prompt, GenerationOptions options, int[] expected, string what)
    {
        var tokens = generator.Generate(prompt, options with { MaxNewTokens = 40 }, cancellation: TestContext.Current.CancellationToken).Tokens;
        Assert.True(expected.SequenceEqual(tokens), $"{what}:\n{string.Join(' ', expected)}\n{string.Join(' ', tokens)}");
    }

    private static void CompareFirstLogits(Decoder decoder, int[] prompt, int[] ids, JsonNode logits)
    {
        using var cache = new DecoderCache(decoder, prompt.Length);
        var actual = cache.Append(prompt);
        for (var i = 0; i < ids.Length; i++) Assert.Equal((float)logits[i]!, actual[ids[i]], 5e-5f);
    }

    private static GenerationOptions Options(JsonNode? settings, DecoderSpec spec) => new()
    {
        RepetitionPenalty = (float?)settings?["repetition_penalty"] ?? 1,
        NoRepeatNgramSize = (int?)settings?["no_repeat_ngram_size"] ?? 0,
        MinNewTokens = (int?)settings?["min_new_tokens"] ?? 0,
        StopIds = settings?["eos_token_id"] is { } id ? [(int)id] : spec.EndIds,
    };

    private static int[] Ints(JsonNode list) => [.. list.AsArray().Select(n => (int)n!)];
}

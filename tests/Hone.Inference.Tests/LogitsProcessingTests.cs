using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Inference.Tests;

public sealed class LogitsProcessingTests
{
    private const string Folder = "golden/models/logits_processing/";

    private static GoldenTensors Vectors => new(SharedData.PathOf(Folder + "vectors.safetensors"));

    /// <summary>Filters that Hone does not have.</summary>
    private static readonly string[] s_notOurs = ["typical_p", "epsilon_cutoff", "eta_cutoff", "suppress_tokens", "bad_words", "sequence_bias", "top_p_small_min_keep_3"];

    public static TheoryData<string> Cases() =>
        [.. JsonNode.Parse(File.ReadAllText(SharedData.PathOf(Folder + "manifest.json")))!.AsArray().Select(c => (string)c!["name"]!).Except(s_notOurs)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Scores_are_those_of_the_reference(string name)
    {
        var (scores, ids, expected) = (Vectors.Floats("scores_in"), Vectors.Ints("input_ids"), Vectors.Floats(name));
        var (rows, vocabulary) = ((int)Vectors.Shape("scores_in")[0], (int)Vectors.Shape("scores_in")[1]);
        var length = ids.Length / rows;
        var (options, promptLength) = Options(name);
        for (var row = 0; row < rows; row++)
        {
            var logits = scores.AsSpan(row * vocabulary, vocabulary).ToArray();
            LogitsProcessing.Apply(logits, ids.AsSpan(row * length, length), promptLength ?? length, options);
            for (var i = 0; i < vocabulary; i++)
            {
                var want = expected[(row * vocabulary) + i];
                Assert.True(float.IsNegativeInfinity(want) == float.IsNegativeInfinity(logits[i]), $"row {row}, token {i}: {logits[i]}, expected {want}");

                // Two roundings at most: one for the penalty, one for the temperature.
                if (float.IsFinite(want)) Assert.Equal(want, logits[i], 2.4e-7f * Math.Max(1, Math.Abs(want)));
            }
        }
    }

    [Fact]
    public void Top_p_keeps_a_token_exactly_at_the_border_out_and_never_none()
    {
        float[] half = [MathF.Log(0.5f), MathF.Log(0.25f), MathF.Log(0.25f)];
        var kept = (float[])half.Clone();
        LogitsProcessing.KeepTopP(kept, 0.5f);
        Assert.Equal([half[0], float.NegativeInfinity, float.NegativeInfinity], kept);
        LogitsProcessing.KeepTopP(kept, 1e-9f);
        Assert.Equal(half[0], kept[0]);
    }

    [Fact]
    public void Drawing_follows_the_probabilities()
    {
        float[] logits = [MathF.Log(0.5f), float.NegativeInfinity, MathF.Log(0.3f), MathF.Log(0.2f)];
        Assert.Equal([0, 0, 2, 2, 3, 3], new[] { 0, 0.499, 0.501, 0.799, 0.801, 0.999999 }.Select(u => LogitsProcessing.Draw(logits, u)));
    }

    private static (GenerationOptions Options, int? PromptLength) Options(string name)
    {
        var greedy = new GenerationOptions { Temperature = 1 };
        if (name.StartsWith("chain_rep", StringComparison.Ordinal)) return (greedy with { RepetitionPenalty = 1.15f, Temperature = 0.7f, TopK = 20, TopP = 0.8f }, null);
        if (name.StartsWith("chain_ngram", StringComparison.Ordinal)) return (greedy with { RepetitionPenalty = 1.3f, NoRepeatNgramSize = 2, Temperature = 1.2f, MinP = 0.1f }, null);
        var settings = JsonNode.Parse(File.ReadAllText(SharedData.PathOf(Folder + "manifest.json")))!.AsArray().Single(c => (string)c!["name"]! == name)!["settings"]!;
        return (greedy with
        {
            Temperature = (float?)settings["temperature"] ?? 1,
            TopK = (int?)settings["top_k"] ?? 0,
            TopP = (float?)settings["top_p"] ?? 1,
            MinP = (float?)settings["min_p"] ?? 0,
            RepetitionPenalty = (float?)settings["repetition_penalty"] ?? 1,
            NoRepeatNgramSize = (int?)settings["no_repeat_ngram_size"] ?? 0,
            MinNewTokens = (int?)settings["min_new_tokens"] ?? 0,
            StopIds = settings["eos_token_id"] is JsonArray ids ? [.. ids.Select(i => (int)i!)] : [],
        }, (int?)settings["prompt_length"]);
    }

    [Fact]
    public void The_largest_logit_is_the_first_of_equals_and_never_a_nan_behind_the_first()
    {
        var random = new Random(5);
        float[] some = [float.NaN, float.NegativeInfinity, -0f, 0f, 1.5f, 2.5f, float.PositiveInfinity];
        for (var length = 1; length < 70; length++)
        {
            for (var round = 0; round < 20; round++)
            {
                var logits = new float[length];
                for (var i = 0; i < length; i++) logits[i] = some[random.Next(round % some.Length + 1)];
                var expected = 0;
                for (var i = 1; i < length; i++)
                {
                    if (logits[i] > logits[expected]) expected = i;
                }

                Assert.Equal(expected, LogitsProcessing.ArgMax(logits));
            }
        }
    }
}

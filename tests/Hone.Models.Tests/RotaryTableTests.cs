using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Models.Tests;

public class RotaryTableTests
{
    // The reference raises F32 numbers to F32 powers; its power function and ours differ by at most two units in the last place.
    private const float FrequencyTolerance = 2.4e-7f;

    // The release that made the tables used LongRoPE's long divisors for every length. Later releases, and the model's authors, choose by
    // the length, and so do we: the short case is checked by its own law below.
    private const string LongDivisorsForShortSequences = "longrope_short";

    private const string Tables = "golden/models/rope/tables.safetensors";

    public static TheoryData<string> Cases() =>
        [.. Manifest().Select(entry => (string)entry!["name"]!).Where(name => name != LongDivisorsForShortSequences)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Frequencies_and_tables_are_those_of_the_reference(string name)
    {
        var entry = Entry(name);
        var positions = (int)entry["positions"]!;
        var spec = Spec(entry);
        var golden = new GoldenTensors(Tables);
        Assert.Equal((double)entry["attention_scaling"]!, spec.RopeScaling.AttentionScaling, 1e-12);

        var expected = golden.Floats($"{name}.inv_freq");
        var frequencies = RotaryTable.InverseFrequencies(spec, positions);
        Assert.Equal(expected.Length, frequencies.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - frequencies[i]) <= FrequencyTolerance * expected[i], $"{name}[{i}]: {frequencies[i]:R}, expected {expected[i]:R}");

        var half = spec.RotarySize / 2;
        var cos = new float[positions * half];
        var sin = new float[positions * half];
        RotaryTable.Fill(spec, positions, positions, cos, sin);
        CompareTable(golden.Floats($"{name}.cos"), cos, half, spec);
        CompareTable(golden.Floats($"{name}.sin"), sin, half, spec);
    }

    [Fact]
    public void LongRope_chooses_its_divisors_by_the_length_of_the_sequence()
    {
        var spec = Spec(Entry(LongDivisorsForShortSequences));
        var plain = RotaryTable.InverseFrequencies(spec with { RopeScaling = RopeScaling.None }, 1);
        var shorter = RotaryTable.InverseFrequencies(spec, 64);
        var longer = RotaryTable.InverseFrequencies(spec, 65);
        for (var i = 0; i < plain.Length; i++)
        {
            Assert.Equal(plain[i] / spec.RopeScaling.ShortFactors[i], shorter[i], FrequencyTolerance * plain[i]);
            Assert.Equal(plain[i] / spec.RopeScaling.LongFactors[i], longer[i], FrequencyTolerance * plain[i]);
        }

        Assert.Equal(new GoldenTensors(Tables).Floats("longrope_short.inv_freq"), longer);
    }

    [Fact]
    public void Tables_of_the_wrong_size_are_refused()
    {
        var spec = Configs.Golden("llama_untied");
        Assert.Throws<ArgumentException>(() => RotaryTable.Fill(spec, 4, 4, new float[31], new float[32]));
    }

    // [positions, D] with both halves equal against [positions, D/2]. An angle of position p carries p times the relative error of
    // its frequency (angles are at most p), and the rounding of cos or sin itself.
    private static void CompareTable(float[] expected, float[] actual, int half, DecoderSpec spec)
    {
        for (var i = 0; i < actual.Length; i++)
        {
            var (position, frequency) = (i / half, i % half);
            var tolerance = (2 * position * FrequencyTolerance + 2.4e-7f) * (float)spec.RopeScaling.AttentionScaling;
            Assert.Equal(expected[position * 2 * half + frequency], actual[i], tolerance);
            Assert.Equal(expected[position * 2 * half + half + frequency], actual[i], tolerance);
        }
    }

    private static DecoderSpec Spec(JsonNode entry) =>
        DecoderSpec.Parse(Configs.Llama([.. entry["config"]!.AsObject().Select(p => (p.Key, p.Value))]), "manifest.json");

    private static JsonNode Entry(string name) => Manifest().First(entry => (string)entry!["name"]! == name)!;

    private static JsonArray Manifest() =>
        JsonNode.Parse(File.ReadAllText(SharedData.PathOf("golden/models/rope/manifest.json")))!.AsArray();
}

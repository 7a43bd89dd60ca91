using Hone.Models;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>Thirty steps of training against Hugging Face: every loss, norm and rate, then the weights.</summary>
public sealed class GoldenCurveTests
{
    // Ten times what rounding alone does, as the golden files advise. The floor of a norm is taken no lower than four ulp.
    private const double Allowance = 10;
    private const double Ulp = 1.2e-7;

    public static TheoryData<string, string> FullRuns()
    {
        var runs = new TheoryData<string, string>();
        foreach (var model in (string[])["llama_untied", "llama_tied_llama3_rope", "qwen2_tied", "qwen2_untied", "qwen3_tied", "mistral_untied"])
        {
            foreach (var path in Directory.GetFiles(SharedData.PathOf($"golden/models/{model}/curves"), "*.json").Order(StringComparer.Ordinal))
                runs.Add(model, Path.GetFileNameWithoutExtension(path));
        }

        return runs;
    }

    [Theory]
    [MemberData(nameof(FullRuns))]
    public void Full_training_follows_Hugging_Face(string model, string name)
    {
        var run = new GoldenRun($"golden/models/{model}/curves/{name}.json");
        using var kernels = GoldenData.Kernels();
        using var decoder = Decoder.Load(SharedData.PathOf($"golden/models/{model}/checkpoint"), kernels, trainable: true);
        CompareSteps(run, Train(run, decoder, $"golden/models/{model}/curves/{run.DataFile}"));
        foreach (var parameter in decoder.Parameters) CompareWeights(run, parameter.Name, parameter);

        var final = new GoldenTensors($"golden/models/{model}/curves/{name}.final.safetensors");
        foreach (var stored in final.Names)
        {
            var tensor = stored.Split('[')[0];
            if (tensor == "lm_head.weight" && decoder.Spec.TieWordEmbeddings) continue;
            var tolerance = Allowance * Math.Max(run.WeightNoise(tensor), Ulp);
            var actual = decoder[tensor].Value.AsSpan<float>();
            var expected = final.Floats(stored);
            for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], tolerance);
        }
    }

    [Theory]
    [InlineData("llama_untied", "all_linear")]
    [InlineData("llama_untied", "qkvo")]
    [InlineData("llama_untied", "rslora")]
    [InlineData("llama_untied", "patterns")]
    [InlineData("qwen2_tied", "all_linear")]
    [InlineData("qwen3_tied", "all_linear")]
    public void Low_rank_training_follows_PEFT(string model, string name)
    {
        var folder = $"golden/models/lora/{model}__{name}";
        var run = new GoldenRun($"{folder}/curve.json");
        using var kernels = GoldenData.Kernels();
        using var decoder = Decoder.Load(SharedData.PathOf($"golden/models/{model}/checkpoint"), kernels, trainable: false);
        decoder.LoadAdapter(SharedData.PathOf($"{folder}/start"), trainable: true);
        CompareSteps(run, Train(run, decoder, $"golden/models/{model}/curves/data.safetensors"));
        Assert.Equal(run.FinalParameters.Count, decoder.AdapterParameters.Count);
        foreach (var parameter in decoder.AdapterParameters) CompareWeights(run, "base_model.model." + parameter.Name, parameter);

        var final = new GoldenTensors($"{folder}/final/adapter_model.safetensors");
        foreach (var parameter in decoder.AdapterParameters)
        {
            CompareTails(final.Floats("base_model.model." + parameter.Name), parameter.Value.AsSpan<float>(),
                Math.Max(run.WeightNoise("base_model.model." + parameter.Name), Ulp));
        }
    }

    /// <summary>
    /// B starts at 0, so the first gradients of A are tiny, and AdamW divides them by themselves: where one is within rounding of 0,
    /// its update is any part of the learning rate. The noise floor saw one throw of that dice. So: all elements together within
    /// twice the floor, at most one in 500 beyond ten times, none beyond a hundred times (a hundredth of the learning rate).
    /// </summary>
    private static void CompareTails(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, double noise)
    {
        Assert.Equal(expected.Length, actual.Length);
        var (squares, beyond, worst) = (0.0, 0, 0.0);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs((double)expected[i] - actual[i]);
            squares += difference * difference;
            worst = Math.Max(worst, difference);
            if (difference > Allowance * noise) beyond++;
        }

        Assert.InRange(Math.Sqrt(squares / expected.Length), 0, 2 * noise);
        Assert.InRange(beyond, 0, (expected.Length + 499) / 500);
        Assert.InRange(worst, 0, 100 * noise);
    }

    private static IReadOnlyList<LogEntry> Train(GoldenRun run, Decoder decoder, string data)
    {
        // Only as many micro-batches as the run has, in one epoch: its counter runs on where an epoch of twelve would end.
        var rows = GoldenData.Rows(data, run.Steps.Count * run.Accumulation);
        using var trainer = new Trainer(decoder, rows, [], new TrainerOptions { Settings = GoldenData.Settings(run) });
        return trainer.Run().LogHistory;
    }

    private static void CompareSteps(GoldenRun run, IReadOnlyList<LogEntry> history)
    {
        Assert.Equal(run.Steps.Count, history.Count);
        for (var i = 0; i < history.Count; i++)
        {
            var expected = run.Steps[i];
            Assert.Equal((double)expected["lr"]!, history[i]["learning_rate"], 1e-15);
            Assert.Equal((double)expected["loss"]!, history[i]["loss"], Allowance * Math.Max(run.LossNoise, Ulp));
            var norm = (double)expected["grad_norm"]!;
            Assert.Equal(norm, history[i]["grad_norm"], norm * Allowance * Math.Max(run.RelativeNormNoise, Ulp));
        }
    }

    private static void CompareWeights(GoldenRun run, string name, Parameter parameter)
    {
        var expected = run.FinalParameters[name]!;
        var tolerance = Allowance * Math.Max(run.WeightNoise(name), Ulp);
        var actual = parameter.Value.AsSpan<float>();
        for (var i = 0; i < 8; i++) Assert.Equal((double)expected["first8"]![i]!, actual[i], tolerance);
        for (var i = 0; i < 4; i++) Assert.Equal((double)expected["last4"]![i]!, actual[actual.Length - 4 + i], tolerance);
        double squares = 0;
        foreach (var v in actual) squares += (double)v * v;

        // Errors of n elements add up to at most √n tolerances in the length.
        Assert.Equal((double)expected["l2"]!, Math.Sqrt(squares), tolerance * Math.Sqrt(actual.Length));
    }
}

using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Tensors;

namespace Hone.Cli;

/// <summary>Laws of the whole decoder, on a tiny one with random weights.</summary>
internal static class DecoderChecks
{
    private const int Vocabulary = 101;

    private static readonly int[] s_rowLengths = [7, 1, 29];

    /// <summary>The same sums in another order: a few units in the last place of the largest.</summary>
    private const double Rounding = 1e-5;

    /// <summary>
    /// Backward against (f(p + h·u) − f(p − h·u)) / 2h along u = g/|g|, for each parameter tensor. F32 losses are good to about
    /// 1e-6, so the quotient is off by 1e-6/h = 2e-4, and by h² times a third derivative; a wrong term is off by far more.
    /// </summary>
    public static (double Error, double Allowed) Gradients(string family)
    {
        const double Step = 5e-3;
        using var kernels = new CpuKernels();
        using var decoder = Create(family, kernels, trainable: true);
        var batch = Batch(Rows());
        using var workspace = Workspace(decoder, batch, training: true);
        workspace.Train(batch, 1, 0);
        var norms = decoder.Parameters.Select(p => Math.Sqrt(kernels.SumOfSquares(p.Gradient))).ToList();
        var whole = Math.Sqrt(norms.Sum(n => n * n));
        var worst = 0.0;
        foreach (var (parameter, norm) in decoder.Parameters.Zip(norms))
        {
            if (norm < 1e-3 * whole) continue;
            var step = (float)(Step / norm);
            kernels.AddScaled(parameter.Gradient, parameter.Value, step);
            var above = workspace.Evaluate(batch).WeightedLoss;
            kernels.AddScaled(parameter.Gradient, parameter.Value, -2 * step);
            var below = workspace.Evaluate(batch).WeightedLoss;
            kernels.AddScaled(parameter.Gradient, parameter.Value, step);
            var error = Math.Abs(((above - below) / (2 * Step)) - norm) / norm;
            if (!(error <= worst)) worst = error;
        }

        return (worst, 1e-2);
    }

    public static (double Error, double Allowed) Packing()
    {
        using var kernels = new CpuKernels();
        var together = Gradients(kernels, checkpointing: false, Batch(Rows()));
        var apart = Gradients(kernels, checkpointing: false, [.. Rows().Select(row => Batch([row]))]);
        return (SelfTests.RelativeError(together, apart), Rounding);
    }

    public static (double Error, double Allowed) Checkpointing()
    {
        using var kernels = new CpuKernels();
        var batch = Batch(Rows());
        return (SelfTests.RelativeError(Gradients(kernels, checkpointing: false, batch), Gradients(kernels, checkpointing: true, batch)), 0);
    }

    public static (double Error, double Allowed) Threads()
    {
        using var one = new CpuKernels(1);
        using var several = new CpuKernels(Math.Max(3, Environment.ProcessorCount));
        var batch = Batch(Rows());
        return (SelfTests.RelativeError(Gradients(one, checkpointing: false, batch), Gradients(several, checkpointing: false, batch)), 0);
    }

    public static (double Error, double Allowed) Cache()
    {
        using var kernels = new CpuKernels();
        using var decoder = Create("qwen3", kernels, trainable: false);
        var ids = Rows()[2];
        var whole = Logits(decoder, Batch([ids]))[^Vocabulary..];
        using var cache = new DecoderCache(decoder, ids.Length);
        cache.Append(ids.AsSpan(0, 5));
        ReadOnlySpan<float> last = default;
        for (var i = 5; i < ids.Length; i++) last = cache.Append(ids.AsSpan(i, 1));
        return (SelfTests.RelativeError(whole, last), Rounding);
    }

    public static (double Error, double Allowed) Merging()
    {
        using var kernels = new CpuKernels();
        using var decoder = Create("qwen2", kernels, trainable: false);
        decoder.AddLora(new PeftConfig { Rank = 3, LoraAlpha = 6, Target = TargetModules.AllLinear }, 1);
        foreach (var b in decoder.AdapterParameters.Where(p => p.Name.EndsWith("lora_B.weight", StringComparison.Ordinal)))
            kernels.FillNormal(b.Value, 0, 0.1f, 2, CounterRandom.Stream(b.Name));
        var batch = Batch(Rows());
        var apart = Logits(decoder, batch);
        decoder.MergeAdapter();
        return (SelfTests.RelativeError(apart, Logits(decoder, batch)), Rounding);
    }

    public static (double Error, double Allowed) SaveAndLoad()
    {
        var folder = Directory.CreateTempSubdirectory("hone-doctor-").FullName;
        try
        {
            using var kernels = new CpuKernels();
            using var decoder = Create("qwen3", kernels, trainable: false);
            decoder.Save(folder, DType.F32, null);
            File.WriteAllText(Path.Combine(folder, "config.json"), Config("qwen3").ToJsonString());
            using var loaded = Decoder.Load(folder, kernels, trainable: false);
            var batch = Batch(Rows());
            return (SelfTests.RelativeError(Logits(decoder, batch), Logits(loaded, batch)), 0);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static float[] Gradients(CpuKernels kernels, bool checkpointing, params MicroBatch[] batches)
    {
        using var decoder = Create("qwen3", kernels, trainable: true);
        var most = batches.Max(b => b.TokenCount);
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(most, most, Training: true, checkpointing));
        foreach (var batch in batches) workspace.Train(batch, 1, 0);
        return [.. decoder.Parameters.SelectMany(p => p.Gradient.AsSpan<float>().ToArray())];
    }

    private static float[] Logits(Decoder decoder, MicroBatch batch)
    {
        using var workspace = Workspace(decoder, batch, training: false);
        var logits = new float[batch.TokenCount * Vocabulary];
        workspace.Logits(batch, logits);
        return logits;
    }

    private static DecoderWorkspace Workspace(Decoder decoder, MicroBatch batch, bool training) =>
        new(decoder, new WorkspaceShape(batch.TokenCount, batch.TokenCount, training));

    /// <summary>Three rows of odd lengths.</summary>
    private static List<int[]> Rows() =>
        [.. s_rowLengths.Select((length, row) => Enumerable.Range(0, length).Select(i => CounterRandom.Below(3, (ulong)row, (ulong)i, Vocabulary)).ToArray())];

    private static MicroBatch Batch(IReadOnlyList<int[]> rows)
    {
        var batch = new MicroBatch(rows.Sum(r => r.Length));
        for (var i = 0; i < rows.Count; i++)
        {
            var weights = new float[rows[i].Length];
            Array.Fill(weights, 1);
            batch.Append(rows[i], weights, i);
        }

        return batch;
    }

    private static Decoder Create(string family, CpuKernels kernels, bool trainable) =>
        Decoder.Create(DecoderSpec.Parse(Config(family), "self-test"), kernels, 5, trainable);

    /// <summary>Sizes that fill no vector, and weights large enough for attention to choose.</summary>
    private static JsonObject Config(string family) => new()
    {
        ["architectures"] = new JsonArray(family == "qwen3" ? "Qwen3ForCausalLM" : "Qwen2ForCausalLM"),
        ["model_type"] = family,
        ["vocab_size"] = Vocabulary,
        ["hidden_size"] = 36,
        ["intermediate_size"] = 53,
        ["num_hidden_layers"] = 2,
        ["num_attention_heads"] = 6,
        ["num_key_value_heads"] = 2,
        ["head_dim"] = 6,
        ["hidden_act"] = "silu",
        ["max_position_embeddings"] = 64,
        ["rms_norm_eps"] = 1e-6,
        ["rope_theta"] = 10000.0,
        ["initializer_range"] = 0.2,
        ["tie_word_embeddings"] = family == "qwen2",
        ["torch_dtype"] = "float32",
    };
}

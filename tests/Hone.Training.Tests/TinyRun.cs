using System.Text.Json.Nodes;
using Hone.Data.Streaming;
using Hone.Kernels;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Settings;
using Hone.Tensors;
using Hone.Training.Runs;

namespace Hone.Training.Tests;

/// <summary>A model of a few hundred weights on made-up rows: for laws of the loop, which hold for any model.</summary>
internal sealed class TinyRun : IDisposable
{
    private readonly IKernels kernels;

    public TinyRun(SftSettings settings, string? folder = null, bool lora = false, string? resume = null, ITrainingObserver? observer = null,
        IReadOnlyList<TokenizedSample>? rows = null, IReadOnlyList<TokenizedSample>? validation = null, int threads = 1,
        bool checkpointing = false, int packingLength = 0, SampleStream? stream = null)
    {
        kernels = GoldenData.Kernels(threads);
        Decoder = Decoder.Create(Spec, kernels, seed: 7, trainable: !lora);
        if (lora) Decoder.AddLora(new PeftConfig { Rank = 2, LoraAlpha = 4, LoraDropout = 0.25, Target = TargetModules.AllLinear }, seed: 7);
        Directory = folder is null ? null : resume is null ? RunDirectory.Create(folder, "{}") : RunDirectory.OpenFor(resume, "{}");
        var options = new TrainerOptions
        {
            Settings = settings,
            PackingLength = packingLength,
            GradientCheckpointing = checkpointing,
            SaveType = lora ? DType.F32 : DType.BF16,
            RowName = row => $"data.jsonl:{row + 1}",
            LongestRow = settings.MaxLength ?? 0,
        };
        Trainer = stream is null ? new Trainer(Decoder, rows ?? Rows(11), validation ?? [], options, Directory, observer)
            : new Trainer(Decoder, stream, validation ?? [], options, Directory, observer);
        if (resume is null) return;
        try
        {
            Trainer.Resume(resume);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public static DecoderSpec Spec { get; } = DecoderSpec.Parse(JsonNode.Parse("""
        {
          "model_type": "qwen2", "architectures": ["Qwen2ForCausalLM"], "vocab_size": 24, "hidden_size": 8, "intermediate_size": 12,
          "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
          "rope_theta": 10000.0, "tie_word_embeddings": true, "hidden_act": "silu", "initializer_range": 0.4
        }
        """)!.AsObject(), "config.json");

    public static SftSettings Settings { get; } = new()
    {
        LearningRate = 0.01,
        LrSchedulerType = LrSchedulerType.Linear,
        PerDeviceTrainBatchSize = 1,
        GradientAccumulationSteps = 3,
        NumTrainEpochs = 2,
        LoggingSteps = 1,
        SaveStrategy = IntervalStrategy.No,
        SplitDatasetRatio = 0.1,
        EvalStrategy = IntervalStrategy.No,
    };

    public Decoder Decoder { get; }

    public Trainer Trainer { get; }

    public RunDirectory? Directory { get; }

    public static List<TokenizedSample> Rows(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(i =>
    {
        var length = 3 + i * 5 % 7;
        int[] ids = [.. Enumerable.Range(0, length).Select(t => (int)CounterRandom.UInt32(1, (ulong)i, (ulong)t) & 15)];
        float[] weights = [.. Enumerable.Range(0, length).Select(t => t < 2 ? 0f : 1f)];
        return new TokenizedSample(ids, weights, i);
    })];

    /// <summary>To the end.</summary>
    public SftResult Run() => Trainer.Run();

    /// <summary>All trained numbers, bit for bit.</summary>
    public int[] Bits() => [.. Decoder.TrainableParameters.SelectMany(p => p.Value.AsSpan<float>().ToArray()).Select(BitConverter.SingleToInt32Bits)];

    public float[] Values() => [.. Bits().Select(BitConverter.Int32BitsToSingle)];

    public void Dispose()
    {
        Trainer.Dispose();
        Directory?.Dispose();
        Decoder.Dispose();
        kernels.Dispose();
    }
}

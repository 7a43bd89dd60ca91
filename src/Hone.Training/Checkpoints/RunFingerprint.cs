using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hone.Models;
using Hone.Tensors;
using Hone.Training.Schedules;

namespace Hone.Training.Checkpoints;

/// <summary>
/// Everything that the bits of a run depend on, by the name of the setting. Two runs with equal fingerprints and equal starting
/// weights are the same run.
/// </summary>
internal static class RunFingerprint
{
    private const int SampledRows = 16;
    private const string Batch = "per_device_train_batch_size";

    public static SortedDictionary<string, string> Of(
        TrainerOptions options, TrainingPlan plan, LearningRateSchedule schedule, Decoder decoder, IReadOnlyList<TokenizedSample> train)
    {
        var settings = options.Settings;
        return new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["training rows"] = HashOf(train),
            ["model"] = HashOf(decoder.Parameters),
            ["frozen weights"] = HashOfFrozen(decoder),
            ["trained parameters"] = HashOf(decoder.TrainableParameters),
            ["lora"] = decoder.Adapter is { } a ? Text($"alpha {a.LoraAlpha}, dropout {a.LoraDropout}, rslora {a.UseRsLora}") : "none",
            ["seed"] = Text($"{settings.Seed}"),
            ["data_seed"] = Text($"{settings.EffectiveDataSeed}"),
            ["shuffle"] = Text($"{settings.Shuffle}"),
            ["packing_length"] = Text($"{options.TrainingOrder.PackingLength}"),
            [Batch] = Text($"{settings.PerDeviceTrainBatchSize}"),
            ["gradient_accumulation_steps"] = Text($"{plan.AccumulationSteps}"),
            ["steps (max_steps or num_train_epochs)"] = Text($"{plan.TotalSteps}"),
            ["learning_rate"] = Text($"{schedule.Peak}"),
            ["lr_scheduler_type"] = Text($"{schedule.Type}"),
            ["warmup_steps"] = Text($"{schedule.WarmupSteps}"),
            ["loss_normalization"] = Text($"{settings.LossNormalization}"),
            ["weight_decay"] = Text($"{settings.WeightDecay}"),
            ["adam_beta1"] = Text($"{settings.AdamBeta1}"),
            ["adam_beta2"] = Text($"{settings.AdamBeta2}"),
            ["adam_epsilon"] = Text($"{settings.AdamEpsilon}"),
            ["max_grad_norm"] = Text($"{settings.MaxGradNorm}"),
        };
    }

    /// <summary>Rows in a micro-batch of the run that has this fingerprint; null when it doesn't say.</summary>
    public static int? BatchOf(IReadOnlyDictionary<string, string> fingerprint) =>
        int.TryParse(fingerprint.GetValueOrDefault(Batch), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;

    /// <summary>Each difference as <c>name: then → now</c>.</summary>
    public static IReadOnlyList<string> Differences(
        IReadOnlyDictionary<string, string> then, IReadOnlyDictionary<string, string> now) =>
        [.. then.Keys.Union(now.Keys).Order(StringComparer.Ordinal)
            .Where(k => then.GetValueOrDefault(k) != now.GetValueOrDefault(k))
            .Select(k => $"{k}: {then.GetValueOrDefault(k) ?? "not set"} → {now.GetValueOrDefault(k) ?? "not set"}")];

    private static string Text(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);

    private static string HashOf(IReadOnlyList<TokenizedSample> samples)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<int> length = stackalloc int[1];
        foreach (var sample in samples)
        {
            length[0] = sample.Ids.Length;
            hash.AppendData(MemoryMarshal.AsBytes(length));
            hash.AppendData(MemoryMarshal.AsBytes(sample.Ids.AsSpan()));
            hash.AppendData(MemoryMarshal.AsBytes(sample.LossWeights.AsSpan()));
        }

        return $"{samples.Count} rows {Short(hash.GetHashAndReset())}";
    }

    private static string HashOf(IEnumerable<Parameter> parameters) =>
        Short(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', parameters))));

    /// <summary>
    /// Rows spread evenly over every frozen tensor, first and last among them: another base model shows, and so does one that
    /// was tuned further, whose tensors differ nearly everywhere. A big one is not read whole.
    /// </summary>
    private static string HashOfFrozen(Decoder decoder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var parameter in decoder.Parameters)
        {
            if (parameter.IsTrainable) continue;
            var value = parameter.Value;
            hash.AppendData(System.Text.Encoding.UTF8.GetBytes($"{parameter.Name} {value}\n"));
            var rows = Math.Min(value.Rows, SampledRows);
            for (var i = 0; i < rows; i++)
            {
                var row = value.SliceRows((int)((long)i * (value.Rows - 1) / Math.Max(rows - 1, 1)), 1);
                if (row.Type.Size() == sizeof(float)) Append<float>(hash, decoder, row);
                else Append<ushort>(hash, decoder, row);
            }
        }

        return Short(hash.GetHashAndReset());
    }

    private static void Append<T>(IncrementalHash hash, Decoder decoder, Tensor row)
        where T : unmanaged
    {
        var host = new T[row.Columns];
        decoder.Kernels.Download(row, host.AsSpan());
        hash.AppendData(MemoryMarshal.AsBytes(host.AsSpan()));
    }

    private static string Short(byte[] hash) => Convert.ToHexStringLower(hash.AsSpan(0, 16));
}

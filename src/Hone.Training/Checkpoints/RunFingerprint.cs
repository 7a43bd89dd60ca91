using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Hone.Data.Storage;
using Hone.Data.Streaming;
using Hone.Models;
using Hone.Tensors;
using Hone.Training.Schedules;

namespace Hone.Training.Checkpoints;

/// <summary>
/// Everything that the bits of a run depend on, by the name of the setting. Two runs with equal fingerprints and equal starting
/// weights are the same run.
/// </summary>
internal sealed class RunFingerprint
{
    private const int SampledRows = 16;
    private const string TrainingRows = "training rows";
    private const string Batch = "per_device_train_batch_size";

    private readonly Dictionary<string, Reach> reaches = new(StringComparer.Ordinal);

    public RunFingerprint(
        TrainerOptions options, TrainingPlan plan, LearningRateSchedule schedule, Decoder decoder, SampleList train, SampleStream? stream)
    {
        var settings = options.Settings;
        Add(Reach.Rows, new()
        {
            [TrainingRows] = stream is null ? HashOf(train) : $"stream {stream.Identity}",
            ["data_seed"] = Text($"{settings.EffectiveDataSeed}"),
            ["shuffle"] = Text($"{settings.Shuffle}"),
            ["packing_length"] = Text($"{options.TrainingOrder.PackingLength}"),
            [Batch] = Text($"{settings.PerDeviceTrainBatchSize}"),
            ["gradient_accumulation_steps"] = Text($"{plan.AccumulationSteps}"),
        });
        if (stream is not null) Add(Reach.Rows, new() { ["shuffle_buffer_size"] = Text($"{settings.ShuffleBufferSize}") });
        if (settings.GroupByLength) Add(Reach.Rows, new() { ["group_by_length"] = "True" });
        Add(Reach.Gradients, new()
        {
            ["model"] = HashOf(decoder.Parameters),
            ["frozen weights"] = HashOfFrozen(decoder),
            ["trained parameters"] = HashOf(decoder.TrainableParameters),
            ["lora"] = decoder.Adapter is { } a ? Text($"alpha {a.LoraAlpha}, dropout {a.LoraDropout}, rslora {a.UseRsLora}") : "none",
            ["seed"] = Text($"{settings.Seed}"),
            ["loss_normalization"] = Text($"{settings.LossNormalization}"),
        });
        Add(Reach.Updates, new()
        {
            ["steps (max_steps or num_train_epochs)"] = Text($"{plan.TotalSteps}"),
            ["learning_rate"] = Text($"{schedule.Peak}"),
            ["lr_scheduler_type"] = Text($"{schedule.Type}"),
            ["warmup_steps"] = Text($"{schedule.WarmupSteps}"),
            ["weight_decay"] = Text($"{settings.WeightDecay}"),
            ["adam_beta1"] = Text($"{settings.AdamBeta1}"),
            ["adam_beta2"] = Text($"{settings.AdamBeta2}"),
            ["adam_epsilon"] = Text($"{settings.AdamEpsilon}"),
            ["max_grad_norm"] = Text($"{settings.MaxGradNorm}"),
        });
    }

    /// <summary>Rows in a micro-batch of the run that has this fingerprint; null when it doesn't say.</summary>
    public static int? BatchOf(IReadOnlyDictionary<string, string> fingerprint) =>
        int.TryParse(fingerprint.GetValueOrDefault(Batch), NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;

    /// <summary>How far into a run a setting reaches, which says where it may change.</summary>
    private enum Reach
    {
        /// <summary>Which rows a micro-batch and a step hold. A checkpoint counts in them, so they never change.</summary>
        Rows,

        /// <summary>What the gradients of a row are. Those of one step are summed, so they change between steps only.</summary>
        Gradients,

        /// <summary>What a step does with its gradients.</summary>
        Updates,
    }

    /// <summary>What a checkpoint keeps.</summary>
    public SortedDictionary<string, string> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Fails when this run can't go on from a checkpoint.</summary>
    /// <param name="state">State of the checkpoint.</param>
    /// <param name="accept">Whether settings may differ that can change where the checkpoint lies.</param>
    /// <param name="checkpoint">Its folder, for messages.</param>
    /// <returns>The accepted differences, each as <c>name: then → now</c>; empty when there is none.</returns>
    /// <exception cref="HoneException">There are others.</exception>
    public string RequireResumable(ResumeState state, bool accept, string checkpoint)
    {
        var changed = state.Fingerprint.Keys.Union(Values.Keys).Order(StringComparer.Ordinal)
            .Where(name => state.Fingerprint.GetValueOrDefault(name) != Values.GetValueOrDefault(name)).ToList();
        var byReach = changed.ToLookup(name => reaches.GetValueOrDefault(name, Reach.Rows));
        var midStep = state.Progress.Step != default;
        var refused = changed.Where(name => byReach[Reach.Rows].Contains(name) || (midStep && byReach[Reach.Gradients].Contains(name))).ToList();
        if (refused.Count == 0 && (accept || changed.Count == 0)) return Describe(changed);
        if (refused.Count == 0)
        {
            throw new HoneException(ExitCode.Usage, $"The checkpoint belongs to another run: {Describe(changed)}.", checkpoint,
                "Use the settings and data of that run, train anew from its weights, or go on all the same with --accept_changed_settings true.");
        }

        var fixes = new List<string>();
        if (byReach[Reach.Rows].Any())
            fixes.Add($"Put back {Names(byReach[Reach.Rows])}: the checkpoint counts in steps of the rows that this chooses, so it can't change within a run.");
        if (midStep && byReach[Reach.Gradients].Any())
            fixes.Add($"Put back {Names(byReach[Reach.Gradients])}, or resume from a checkpoint between two steps: this one lies within a step.");
        var others = changed.Except(refused).ToList();
        if (!accept && others.Count > 0) fixes.Add($"Accept {Names(others)} with --accept_changed_settings true.");
        throw new HoneException(ExitCode.Usage, accept
            ? $"What has changed can't change here, accepted or not: {Describe(refused)}."
            : $"The checkpoint belongs to another run: {Describe(changed)}.", checkpoint,
            string.Join(' ', fixes) + " Or train anew from its weights.");

        string Describe(IEnumerable<string> names) => string.Join("; ",
            names.Select(name => $"{name}: {state.Fingerprint.GetValueOrDefault(name) ?? "not set"} → {Values.GetValueOrDefault(name) ?? "not set"}"));
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names
        .Select(name => name == TrainingRows ? $"{name} (the data, and all settings that choose, cut or render rows, such as max_length)" : name));

    private void Add(Reach reach, Dictionary<string, string> values)
    {
        foreach (var (name, value) in values)
        {
            Values.Add(name, value);
            reaches.Add(name, reach);
        }
    }

    private static string Text(FormattableString value) => value.ToString(CultureInfo.InvariantCulture);

    private static string HashOf(SampleList samples)
    {
        var longest = 0;
        for (var i = 0; i < samples.Count; i++) longest = Math.Max(longest, samples.SizeOf(i).Length);
        var (ids, weights) = (new int[longest], new float[longest]);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<int> length = stackalloc int[1];
        for (var i = 0; i < samples.Count; i++)
        {
            var own = length[0] = samples.SizeOf(i).Length;
            samples.CopyTo(i, ids.AsSpan(0, own), weights.AsSpan(0, own));
            hash.AppendData(MemoryMarshal.AsBytes(length));
            hash.AppendData(MemoryMarshal.AsBytes(ids.AsSpan(0, own)));
            hash.AppendData(MemoryMarshal.AsBytes(weights.AsSpan(0, own)));
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

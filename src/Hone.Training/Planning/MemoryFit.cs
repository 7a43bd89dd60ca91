using System.Globalization;
using Hone.Settings;

namespace Hone.Training.Planning;

/// <summary>What <c>max_memory</c> led to.</summary>
/// <param name="Choice">How the run is laid out.</param>
/// <param name="Plan">Its steps.</param>
/// <param name="Memory">What it holds.</param>
/// <param name="Explanation">What was chosen and why, for people.</param>
internal sealed record MemoryFit(MemoryChoice Choice, TrainingPlan Plan, MemoryPlan Memory, string Explanation)
{
    private const double GiB = 1 << 30;

    /// <summary>Takes the fastest choice whose peak is within the limit.</summary>
    /// <param name="settings">What was asked for.</param>
    /// <param name="limit">Bytes that the process may hold.</param>
    /// <param name="choices">The fastest first, as asked for at the head.</param>
    /// <param name="plan">Plans a choice.</param>
    /// <exception cref="HoneException">Nothing fits (exit code 5): says what would.</exception>
    public static MemoryFit Find(TrainingSettings settings, ByteSize limit, IEnumerable<MemoryChoice> choices, Func<MemoryChoice, (TrainingPlan, MemoryPlan)> plan)
    {
        long? asAsked = null;
        (MemoryChoice Choice, MemoryPlan Memory, TrainingPlan Plan)? least = null;
        foreach (var choice in choices)
        {
            var (steps, memory) = plan(choice);
            asAsked ??= memory.TotalBytes;
            if (memory.TotalBytes <= limit.Bytes) return new MemoryFit(choice, steps, memory, Explain(settings, limit, choice, asAsked.Value));
            if (least is null || memory.TotalBytes < least.Value.Memory.TotalBytes) least = (choice, memory, steps);
        }

        var (best, smallest, longest) = least!.Value;
        var changes = best.Against(settings);
        throw new HoneException(ExitCode.Memory,
            string.Create(CultureInfo.InvariantCulture, $"The run does not fit into max_memory {limit}: it needs at least {smallest.TotalBytes / GiB:F2} GiB")
            + (changes.Length > 0 ? $", with {changes}." : "."), null,
            $"Set max_memory to {Math.Ceiling(smallest.TotalBytes / (double)(1 << 20)):F0}MiB or more, or lower max_length (the largest micro-batch has {longest.MaxTokens} tokens)"
            + (settings.TunerType == TunerType.Full ? ", or use tuner_type lora" : "") + "; hone plan without max_memory shows what takes how much.");
    }

    private static string Explain(TrainingSettings settings, ByteSize limit, MemoryChoice choice, long asAsked)
    {
        var changes = choice.Against(settings);
        return changes.Length == 0
            ? $"{limit}: the run fits as it was asked for"
            : string.Create(CultureInfo.InvariantCulture, $"{limit}, and as asked for the run would take {asAsked / GiB:F2} GiB. Chosen: {changes}");
    }
}

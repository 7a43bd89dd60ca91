namespace Hone.Cli;

/// <summary>The self-tests of <c>hone doctor</c>: laws and comparisons that need no files and take seconds.</summary>
internal static class SelfTests
{
    public static IReadOnlyList<SelfTest> All { get; } =
    [
        .. KernelChecks.All,
        new("gradients = central differences (Qwen2)", () => DecoderChecks.Gradients("qwen2")),
        new("gradients = central differences (Qwen3)", () => DecoderChecks.Gradients("qwen3")),
        new("rows packed together = rows one by one", DecoderChecks.Packing),
        new("gradient checkpointing on = off", DecoderChecks.Checkpointing),
        new("one thread = several threads", DecoderChecks.Threads),
        new("generation with cache = whole forward pass", DecoderChecks.Cache),
        new("merged adapter = model + adapter", DecoderChecks.Merging),
        new("saved and loaded = before", DecoderChecks.SaveAndLoad),
    ];

    /// <summary>The largest difference relative to the largest magnitude; a NaN counts as infinite.</summary>
    public static double RelativeError(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        if (expected.Length != actual.Length || expected.IsEmpty) return double.PositiveInfinity;
        double scale = 0, worst = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            scale = Math.Max(scale, Math.Abs((double)expected[i]));
            var difference = Math.Abs((double)expected[i] - actual[i]);
            if (!(difference <= worst)) worst = difference;
        }

        return double.IsFinite(worst) ? worst == 0 ? 0 : worst / scale : double.PositiveInfinity;
    }
}

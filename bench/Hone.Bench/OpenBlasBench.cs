using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Bench;

/// <summary>
/// Our products and OpenBLAS' on the same F32 operands, in turn: medians, and the median of the ratios of neighbours. The peak is that
/// of the same moments, because clocks fall under load.
/// </summary>
internal static class OpenBlasBench
{
    /// <summary>Threads of either side spin for a while after a call and would take the other's core.</summary>
    private const int MillisecondsToFallAsleep = 20;

    public static void Compare(CpuKernels kernels, OpenBlas peer, BenchClock clock, (int Tokens, int Outputs, int Inputs) shape, int samples, int threads)
    {
        using var arena = new Arena("bench");
        var (t, n, k) = shape;
        var (x, w, y) = (GemmBench.Filled(arena, t, k), GemmBench.Filled(arena, n, k), arena.Allocate(t, n));
        var (dy, dx, dw) = (GemmBench.Filled(arena, t, n), arena.Allocate(t, k), arena.Allocate(n, k));
        foreach (var variant in Enum.GetValues<Variant>())
        {
            var (ours, theirs, ratios, shares) = (new double[samples], new double[samples], new double[samples], new double[samples]);
            for (var i = -1; i < samples; i++)
            {
                Thread.Sleep(MillisecondsToFallAsleep);
                var peak = MachinePeak.MeasureSustainedGigaflops(threads, 0.02);
                var own = Gigaflops(clock, shape, () => Multiply(kernels, variant, x, w, y, dy, dx, dw));
                var other = Gigaflops(clock, shape, () => peer.Multiply(variant, x, w, y, dy, dx, dw));
                if (i >= 0) (ours[i], theirs[i], ratios[i], shares[i]) = (own, other, own / other, own / peak);
            }

            Array.Sort(ours);
            Array.Sort(theirs);
            Array.Sort(ratios);
            Array.Sort(shares);
            var (a, b) = (ours[samples / 2], theirs[samples / 2]);
            Console.WriteLine($"{t + "," + n + "," + k,-16} {variant,-3} Hone {a,5:F0} (best {ours[^1],4:F0}) {100 * shares[samples / 2],4:F0}% of peak   OpenBLAS {b,5:F0} (best {theirs[^1],4:F0})   ratio {ratios[samples / 2]:F2}");
        }
    }

    private static void Multiply(CpuKernels kernels, Variant variant, Tensor x, Tensor w, Tensor y, Tensor dy, Tensor dx, Tensor dw)
    {
        if (variant == Variant.NT) kernels.Linear(x, w, y, default);
        else if (variant == Variant.NN) kernels.LinearBackward(x, w, dy, dx, default, default);
        else kernels.LinearBackward(x, w, dy, default, dw, default);
    }

    private static double Gigaflops(BenchClock clock, (int Tokens, int Outputs, int Inputs) shape, Action product)
    {
        var flops = 2e-9 * shape.Tokens * shape.Outputs * shape.Inputs;
        var repeats = Math.Max(1, (int)(4 / flops));

        Thread.Sleep(MillisecondsToFallAsleep);
        product();
        var start = clock.Now;
        for (var i = 0; i < repeats; i++) product();
        return repeats * flops / (clock.Now - start);
    }
}

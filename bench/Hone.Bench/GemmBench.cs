using System.Globalization;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Tensors;

namespace Hone.Bench;

/// <summary>
/// Products of linear layers with the shapes of small language models, forward (NT), input gradient (NN) and weight gradient
/// (TN): GFLOP/s, median and best of a few samples, and the share of the peak that the machine reached in the same minute.
/// </summary>
internal static class GemmBench
{
    private static readonly (int Tokens, int Outputs, int Inputs)[] Shapes =
    [
        (512, 2048, 2048), (2048, 2048, 2048), (512, 4864, 896), (2048, 4864, 896), (512, 896, 4864), (2048, 896, 4864),
    ];

    public static int Run(string[] args)
    {
        var quick = args.Contains("--quick");
        var threads = Options.Number(args, "--threads", 0);
        using var kernels = new CpuKernels(threads);
        var clock = new BenchClock(threads == 1);
        var shapes = ShapesFor(args, quick);
        var peak = MachinePeak.MeasureGigaflops(threads);
        Console.WriteLine($"{kernels.Description}; peak {peak:F0} GFLOP/s");
        if (Options.Text(args, "--openblas") is { } library)
        {
            using var peer = new OpenBlas(library, threads);
            Console.WriteLine($"OpenBLAS uses its kernels for {peer.Core}{(peer.Core == "Prescott" ? ", its oldest: it doesn't know this processor; set OPENBLAS_CORETYPE=SkylakeX or Haswell" : "")}");
            foreach (var shape in shapes) OpenBlasBench.Compare(kernels, peer, clock, shape, quick ? 7 : 15, threads);
            Console.WriteLine($"peak again {MachinePeak.MeasureGigaflops(threads):F0} GFLOP/s");
            return 0;
        }

        Console.WriteLine($"{"T,N,K",-16} {"type",-5} {"kind",-4} {"median",7} {"best",7} {"% of peak",9}");
        foreach (var shape in shapes)
        {
            foreach (var type in new[] { DType.F32, DType.BF16 })
                foreach (var variant in Enum.GetValues<Variant>())
                    if (type == DType.F32 || variant != Variant.TN) Measure(kernels, clock, shape, type, variant, quick ? 5 : 9, peak);
        }

        if (args.Contains("--products")) return 0;
        Console.WriteLine($"{"rank 16",-16} {"pass",-10} {"plain",8} {"LoRA",8} {"dropout",8}   ms, best");
        foreach (var shape in shapes) MeasureLowRank(kernels, clock, shape, quick ? 5 : 9);
        if (!quick && Options.Text(args, "--shape") is null) MeasureHead(kernels, clock, peak);
        var bandwidth = MachinePeak.MeasureBandwidth(threads);
        Console.WriteLine($"memory {bandwidth:F0} GB/s");
        Console.WriteLine($"{"T,N,K",-16} {"type",-5} {"kind",-4} {"GB/s",7} {"best",7} {"% of memory",11}");
        foreach (var t in new[] { 1, 2, 4, 5, 8 })
            foreach (var type in new[] { DType.F32, DType.BF16 }) MeasureThin(kernels, clock, t, type, quick ? 5 : 9, bandwidth);
        Console.WriteLine($"peak again {MachinePeak.MeasureGigaflops(threads):F0} GFLOP/s");
        return 0;
    }

    /// <summary>Shapes of the caller's (2048,256,256;512,896,896), or the list.</summary>
    private static List<(int Tokens, int Outputs, int Inputs)> ShapesFor(string[] args, bool quick)
    {
        if (Options.Text(args, "--shape") is not { } text) return [.. Shapes.Where(s => !quick || s.Tokens == 512)];
        return [.. text.Split(';').Select(shape =>
        {
            var sizes = shape.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray();
            return (sizes[0], sizes[1], sizes[2]);
        })];
    }

    private static void Measure(CpuKernels kernels, BenchClock clock, (int Tokens, int Outputs, int Inputs) shape, DType type, Variant variant, int samples, double peak)
    {
        using var arena = new Arena("bench");
        var (t, n, k) = shape;
        var x = Filled(arena, t, k);
        var dy = Filled(arena, t, n);
        var w = arena.Allocate(type, n, k);
        kernels.Copy(Filled(arena, n, k), w);
        var (y, dx, dw) = (arena.Allocate(t, n), arena.Allocate(t, k), arena.Allocate(n, k));
        var gigaflops = new double[samples];
        for (var i = -1; i < samples; i++)
        {
            var start = clock.Now;
            if (variant == Variant.NT) kernels.Linear(x, w, y, default);
            else if (variant == Variant.NN) kernels.LinearBackward(x, w, dy, dx, default, default);
            else kernels.LinearBackward(x, w, dy, default, dw, default);
            if (i >= 0) gigaflops[i] = 2e-9 * t * n * k / (clock.Now - start);
        }

        Array.Sort(gigaflops);
        var (median, best) = (gigaflops[samples / 2], gigaflops[^1]);
        Console.WriteLine($"{t + "," + n + "," + k,-16} {type,-5} {variant,-4} {median,7:F0} {best,7:F0} {100 * median / peak,8:F0}%");
    }

    /// <summary>What a low-rank part adds to a layer whose weight is frozen: forward, and backward without the weight gradient.</summary>
    private static void MeasureLowRank(CpuKernels kernels, BenchClock clock, (int Tokens, int Outputs, int Inputs) shape, int samples)
    {
        const int Rank = 16;
        using var arena = new Arena("bench");
        var (t, n, k) = shape;
        var (x, dy, w) = (Filled(arena, t, k), Filled(arena, t, n), arena.Allocate(DType.BF16, n, k));
        kernels.Copy(Filled(arena, n, k), w);
        var (y, dx) = (arena.Allocate(t, n), arena.Allocate(t, k));
        var lowRank = new LowRank
        {
            A = Filled(arena, Rank, k),
            B = Filled(arena, n, Rank),
            Scale = 2,
            U = arena.Allocate(t, Rank),
            UGradient = arena.Allocate(t, Rank),
            AGradient = arena.Allocate(Rank, k),
            BGradient = arena.Allocate(n, Rank),
            DropoutScratch = arena.Allocate(t, k),
        };
        LinearOptions[] cases =
        [
            default,
            new LinearOptions { LowRank = lowRank },
            new LinearOptions { LowRank = lowRank with { Dropout = new Dropout(0.05f, 1, 2) } },
        ];
        var forward = cases.Select(options => BestMilliseconds(clock, samples, () => kernels.Linear(x, w, y, options))).ToArray();
        var backward = cases.Select(options => BestMilliseconds(clock, samples, () => kernels.LinearBackward(x, w, dy, dx, default, options))).ToArray();
        Console.WriteLine($"{t + "," + n + "," + k,-16} {"forward",-10} {forward[0],8:F2} {forward[1],8:F2} {forward[2],8:F2}");
        Console.WriteLine($"{t + "," + n + "," + k,-16} {"backward",-10} {backward[0],8:F2} {backward[1],8:F2} {backward[2],8:F2}");
    }

    /// <summary>Output layer, loss and input gradient with a vocabulary of today's size: two products of S·V·C.</summary>
    private static void MeasureHead(CpuKernels kernels, BenchClock clock, double peak)
    {
        const int S = 256;
        const int V = 151936;
        const int C = 896;
        using var arena = new Arena("bench");
        var (x, w) = (Filled(arena, S, C), arena.Allocate(DType.BF16, V, C));
        for (var row = 0; row < V; row += V / 64) kernels.Copy(x.SliceRows(0, 64), w.SliceRows(row, 64));
        var (targets, weights) = (arena.Allocate(DType.I32, 1, S), Filled(arena, 1, S));
        var (logits, loss, correct) = (arena.Allocate(S, V), arena.Allocate(1, S), arena.Allocate(DType.I32, 1, S));
        var dx = arena.Allocate(S, C);
        var milliseconds = BestMilliseconds(clock, 2, () =>
            kernels.LinearCrossEntropy(x, w, targets, weights, 1, logits, loss, correct, dx, default));
        var gigaflops = 4e-6 * S * V * C / milliseconds;
        Console.WriteLine($"output layer and loss {S},{V},{C} BF16, forward and input gradient: {milliseconds:F0} ms, {gigaflops:F0} GFLOP/s, {100 * gigaflops / peak:F0}% of peak");
    }

    private static double BestMilliseconds(BenchClock clock, int samples, Action action)
    {
        action();
        var best = double.PositiveInfinity;
        for (var i = 0; i < samples; i++)
        {
            var start = clock.Now;
            action();
            best = Math.Min(best, 1e3 * (clock.Now - start));
        }

        return best;
    }

    /// <summary>A few rows, as in decoding: the weight is too large for the caches, and reading it is the limit.</summary>
    private static void MeasureThin(CpuKernels kernels, BenchClock clock, int t, DType type, int samples, double bandwidth)
    {
        const int N = 16384;
        const int K = 2048;
        using var arena = new Arena("bench");
        var (x, w, y) = (Filled(arena, t, K), arena.Allocate(type, N, K), arena.Allocate(t, N));
        var rates = new double[samples];
        for (var i = -1; i < samples; i++)
        {
            var start = clock.Now;
            kernels.Linear(x, w, y, default);
            if (i >= 0) rates[i] = 1e-9 * w.ByteCount / (clock.Now - start);
        }

        Array.Sort(rates);
        var (median, best) = (rates[samples / 2], rates[^1]);
        Console.WriteLine($"{t + "," + N + "," + K,-16} {type,-5} {"NT",-4} {median,7:F1} {best,7:F1} {100 * median / bandwidth,10:F0}%");
    }

    internal static Tensor Filled(Arena arena, int rows, int columns)
    {
        var tensor = arena.Allocate(rows, columns);
        var span = tensor.AsSpan<float>();
        for (var i = 0; i < span.Length; i++) span[i] = CounterRandom.Uniform(1, 2, (ulong)i) - 0.5f;
        return tensor;
    }
}

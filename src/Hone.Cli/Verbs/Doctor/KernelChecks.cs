using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Kernels.Reference;
using Hone.Tensors;

namespace Hone.Cli;

/// <summary>Each op of this machine's device against its plain scalar twin in double, on shapes that fill no vector.</summary>
internal static class KernelChecks
{
    /// <summary>F32 sums of at most 131 terms: 2⁻²³·√131, with room for what the terms themselves were rounded by.</summary>
    private const double Allowed = 1e-5;

    public static IReadOnlyList<SelfTest> All { get; } =
    [
        Check("matrix product, F32", bench => Linear(bench, DType.F32)),
        Check("matrix product, BF16 weights", bench => Linear(bench, DType.BF16)),
        Check("RMS norm", RmsNorm),
        Check("rotary embedding", Rotary),
        Check("attention", Attention),
        Check("gated activation", Gated),
        Check("output layer and cross-entropy", CrossEntropy),
    ];

    private static SelfTest Check(string name, Action<Bench> run) => new(name + " = scalar twin", () =>
    {
        using var twin = new ReferenceKernels();
        using var device = new CpuKernels();
        using var expected = new Bench(twin);
        using var actual = new Bench(device);
        run(expected);
        run(actual);
        var worst = expected.Results.Zip(actual.Results, (e, a) => SelfTests.RelativeError(e, a)).Max();
        return (worst, Allowed);
    });

    private static void Linear(Bench bench, DType type)
    {
        foreach (var (rows, inputs, outputs) in new[] { (1, 131, 67), (37, 61, 43), (5, 7, 129) })
        {
            var (x, w, bias, dy) = (bench.Normal(rows, inputs), bench.Normal(outputs, inputs, type), bench.Normal(1, outputs), bench.Normal(rows, outputs));
            var y = bench.Zeros(rows, outputs);
            bench.Kernels.Linear(x, w, y, new LinearOptions { Bias = bias });
            var (dx, dw, dbias) = (bench.Zeros(rows, inputs), bench.Zeros(outputs, inputs), bench.Zeros(1, outputs));
            bench.Kernels.LinearBackward(x, w, dy, dx, type == DType.F32 ? dw : default, new LinearOptions { BiasGradient = dbias });
            bench.Keep(y, dx, dbias);
            if (type == DType.F32) bench.Keep(dw);
        }
    }

    private static void RmsNorm(Bench bench)
    {
        const int Rows = 19, Size = 53;
        var (x, w, dy) = (bench.Normal(Rows, Size), bench.Normal(1, Size), bench.Normal(Rows, Size));
        var (y, rstd, dx, dw) = (bench.Zeros(Rows, Size), bench.Zeros(Rows, 1), bench.Zeros(Rows, Size), bench.Zeros(1, Size));
        bench.Kernels.RmsNorm(x, w, y, rstd, 1e-6f, 0);
        bench.Kernels.RmsNormBackward(x, w, rstd, dy, dx, dw, 0, accumulateInput: false);
        bench.Keep(y, rstd, dx, dw);
    }

    private static void Rotary(Bench bench)
    {
        const int Rows = 13, Heads = 3, HeadSize = 10;
        var x = bench.Normal(Rows, Heads * HeadSize);
        var (cos, sin) = (bench.Normal(Rows, HeadSize / 2), bench.Normal(Rows, HeadSize / 2));
        bench.Kernels.Rotary(x, bench.Integers([.. Enumerable.Range(0, Rows).Select(i => Rows - 1 - i)]), cos, sin, HeadSize, inverse: false);
        bench.Keep(x);
    }

    private static void Attention(Bench bench)
    {
        const int Tokens = 83, Heads = 6, KeyHeads = 2, Size = 14;
        var shape = new AttentionShape(Heads, KeyHeads, Size, 0.27f, 0);
        var (q, k, v) = (bench.Normal(Tokens, Heads * Size), bench.Normal(Tokens, KeyHeads * Size), bench.Normal(Tokens, KeyHeads * Size));
        var starts = bench.Integers([0, 1, 24, Tokens]);
        var (y, sums) = (bench.Zeros(Tokens, Heads * Size), bench.Zeros(Tokens, Heads));
        bench.Kernels.Attention(q, k, v, starts, y, sums, shape);
        var (dy, delta) = (bench.Normal(Tokens, Heads * Size), bench.Zeros(Tokens, Heads));
        var (dq, dk, dv) = (bench.Zeros(Tokens, Heads * Size), bench.Zeros(Tokens, KeyHeads * Size), bench.Zeros(Tokens, KeyHeads * Size));
        bench.Kernels.AttentionBackward(q, k, v, starts, y, sums, dy, delta, dq, dk, dv, shape);
        bench.Keep(y, sums, dq, dk, dv);
    }

    private static void Gated(Bench bench)
    {
        const int Rows = 11, Size = 37;
        var (gate, up, dy) = (bench.Normal(Rows, Size), bench.Normal(Rows, Size), bench.Normal(Rows, Size));
        var (y, dgate, dup) = (bench.Zeros(Rows, Size), bench.Zeros(Rows, Size), bench.Zeros(Rows, Size));
        bench.Kernels.GatedActivation(gate, up, y, Activation.Silu);
        bench.Kernels.GatedActivationBackward(gate, up, dy, dgate, dup, Activation.Silu);
        bench.Keep(y, dgate, dup);
    }

    private static void CrossEntropy(Bench bench)
    {
        const int Rows = 23, Size = 41, Vocabulary = 157, Chunk = 9;
        var (x, w) = (bench.Normal(Rows, Size), bench.Normal(Vocabulary, Size));
        var targets = bench.Integers([.. Enumerable.Range(0, Rows).Select(i => i * 31 % Vocabulary)]);
        var weights = bench.Zeros(1, Rows);
        bench.Kernels.Fill(weights, 0.5f);
        var (losses, correct) = (bench.Zeros(1, Rows), bench.Integers(new int[Rows]));
        var (dx, dw) = (bench.Zeros(Rows, Size), bench.Zeros(Vocabulary, Size));
        bench.Kernels.LinearCrossEntropy(x, w, targets, weights, 0.1f, bench.Zeros(Chunk, Vocabulary), losses, correct, dx, dw);
        bench.Keep(losses, dx, dw);
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// c[M, N] = residual + factor·left·rightᵀ + bias for a few rows, as decoding has them: nothing is packed, the right operand is
/// read once, in memory's order, and that is what the time goes into. An item is a run of rows of the right operand.
/// Each dot product is 32 lanes over k, added up in a fixed tree, so the bits are those of any processor and thread count
/// (but not those of the packed product).
/// </summary>
internal unsafe struct ThinProductJob : ITeamJob
{
    /// <summary>Rows of the right operand an item.</summary>
    public const int RowsPerItem = 16;

    private const int Lanes = 32;

    public GemmTerm Term;
    public int M;
    public int N;
    public float* C;
    public nint CStride;
    public float* Residual;
    public nint ResidualStride;
    public float* Bias;

    /// <summary>Number of items.</summary>
    public readonly int Items => (N + RowsPerItem - 1) / RowsPerItem;

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        var end = Math.Min((item + 1) * RowsPerItem, N);
        for (var n = item * RowsPerItem; n < end; n++)
        {
            var row = GemmChunk.At(Term.Right, Term.RightType, Term.RightStride, n, 0);
            switch (Term.RightType)
            {
                case DType.F32:
                    Column<float, F32Element>((float*)row, n);
                    break;
                case DType.BF16:
                    Column<ushort, BF16Element>((ushort*)row, n);
                    break;
                default:
                    Column<ushort, F16Element>((ushort*)row, n);
                    break;
            }
        }
    }

    private readonly void Column<T, TElement>(T* right, int n)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var m = 0;
        for (; m + 2 <= M; m += 2)
        {
            var left = Term.Left + (m * Term.LeftStride);
            Store(m, n, TwoDots<T, TElement>(left, left + Term.LeftStride, right, Term.K, out var second));
            Store(m + 1, n, second);
        }

        if (m < M) Store(m, n, Dot<T, TElement>(Term.Left + (m * Term.LeftStride), right, Term.K));
    }

    private readonly void Store(int m, int n, float dot)
    {
        var sum = Term.Factor * dot;
        if (Residual != null) sum += Residual[(m * ResidualStride) + n];
        if (Bias != null) sum += Bias[n];
        C[(m * CStride) + n] = sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot<T, TElement>(float* a, T* b, int k)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        var i = 0;
        for (; i + Lanes <= k; i += Lanes)
        {
            s0 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), TElement.Load8(b + i), s0);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 8), TElement.Load8(b + i + 8), s1);
            s2 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 16), TElement.Load8(b + i + 16), s2);
            s3 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 24), TElement.Load8(b + i + 24), s3);
        }

        return Finish<T, TElement>(a, b, k, i, s0, s1, s2, s3);
    }

    /// <summary>Two rows of the left operand share what is loaded of the right one; each has the bits of <see cref="Dot"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float TwoDots<T, TElement>(float* a, float* c, T* b, int k, out float second)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
        Vector256<float> t0 = default, t1 = default, t2 = default, t3 = default;
        var i = 0;
        for (; i + Lanes <= k; i += Lanes)
        {
            var v = TElement.Load8(b + i);
            s0 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), v, s0);
            t0 = Vector256.FusedMultiplyAdd(Vector256.Load(c + i), v, t0);
            v = TElement.Load8(b + i + 8);
            s1 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 8), v, s1);
            t1 = Vector256.FusedMultiplyAdd(Vector256.Load(c + i + 8), v, t1);
            v = TElement.Load8(b + i + 16);
            s2 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 16), v, s2);
            t2 = Vector256.FusedMultiplyAdd(Vector256.Load(c + i + 16), v, t2);
            v = TElement.Load8(b + i + 24);
            s3 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i + 24), v, s3);
            t3 = Vector256.FusedMultiplyAdd(Vector256.Load(c + i + 24), v, t3);
        }

        second = Finish<T, TElement>(c, b, k, i, t0, t1, t2, t3);
        return Finish<T, TElement>(a, b, k, i, s0, s1, s2, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<T, TElement>(float* a, T* b, int k, int i,
        Vector256<float> s0, Vector256<float> s1, Vector256<float> s2, Vector256<float> s3)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        for (; i + 8 <= k; i += 8) s0 = Vector256.FusedMultiplyAdd(Vector256.Load(a + i), TElement.Load8(b + i), s0);
        var eight = (s0 + s1) + (s2 + s3);
        var four = eight.GetLower() + eight.GetUpper();
        var sum = (four[0] + four[2]) + (four[1] + four[3]);
        for (; i < k; i++) sum = MathF.FusedMultiplyAdd(a[i], TElement.Load(b + i), sum);
        return sum;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// c[M, N] = residual + factor·left·rightᵀ + bias for a few rows, as decoding has them: nothing is packed, the right operand is
/// read once, and that is what the time goes into. An item is a run of rows of the right operand, read as eight streams at a time:
/// one stream alone does not keep enough loads on their way to memory.
/// Each dot product is 32 lanes over k, added up in a fixed tree, so the bits are those of any processor and thread count
/// (but not those of the packed product).
/// </summary>
internal unsafe struct ThinProductJob : ITeamJob
{
    /// <summary>Elements of k that the lanes take at once.</summary>
    internal const int Lanes = 32;

    /// <summary>Bytes of a run of rows that one stream of loads reads: long enough for the processor to fetch ahead.</summary>
    private const int StreamBytes = 32 << 10;

    /// <summary>A matrix of few rows gives at least so many items, for threads to share.</summary>
    private const int LeastItems = 8;

    public GemmTerm Term;
    public int M;
    public int N;
    public float* C;
    public nint CStride;
    public float* Residual;
    public nint ResidualStride;
    public float* Bias;

    /// <summary>Leaves vectors of 512 bits alone, as on a processor without them.</summary>
    public bool Narrow;

    /// <summary>Number of items.</summary>
    public readonly int Items => (N + RowsPerItem - 1) / RowsPerItem;

    /// <summary>Rows of the right operand an item.</summary>
    private readonly int RowsPerItem
    {
        get
        {
            const int Streams = WideDots.Streams;
            var most = StreamBytes / Math.Max(1, Term.K * Term.RightType.Size());
            return Math.Clamp(Math.Min(most, N / (Streams * LeastItems)), 1, 16) * Streams;
        }
    }

    /// <inheritdoc/>
    public readonly void Execute(int item, int thread)
    {
        switch (Term.RightType)
        {
            case DType.F32:
                Columns<float, F32Element>(item);
                break;
            case DType.BF16:
                Columns<ushort, BF16Element>(item);
                break;
            default:
                Columns<ushort, F16Element>(item);
                break;
        }
    }

    private readonly void Columns<T, TElement>(int item)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var rows = RowsPerItem;
        var n = item * rows;
        var end = Math.Min(n + rows, N);
        if (M == 1 && Vector512.IsHardwareAccelerated && !Narrow) n = Streams<T, TElement>(n, end);
        for (; n < end; n++) Column<T, TElement>(Row<T>(n), n);
    }

    private readonly T* Row<T>(int n)
        where T : unmanaged => (T*)GemmChunk.At(Term.Right, Term.RightType, Term.RightStride, n, 0);

    /// <summary>Does rows [n, end) but for less than eight, and gives the first that it left.</summary>
    private readonly int Streams<T, TElement>(int n, int end)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var length = (end - n) / WideDots.Streams;
        var dots = stackalloc float[WideDots.Streams];
        for (var row = n; row < n + length; row++)
        {
            WideDots.Eight<T, TElement>(Term.Left, Row<T>(row), length * Term.RightStride, Term.K, dots);
            for (var i = 0; i < WideDots.Streams; i++) Store(0, row + (i * length), dots[i]);
        }

        return n + (length * WideDots.Streams);
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

    /// <summary>The rest of a dot product from element <paramref name="i"/> on, and the sum of the lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static float Finish<T, TElement>(float* a, T* b, int k, int i,
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

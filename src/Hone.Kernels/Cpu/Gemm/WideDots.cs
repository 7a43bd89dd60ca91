using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// The dot products of <see cref="ThinProductJob"/> in vectors of 512 bits: its 32 lanes are two registers instead of four, so every
/// bit is the same.
/// </summary>
internal static unsafe class WideDots
{
    /// <summary>Rows of the right operand that are read at once.</summary>
    public const int Streams = 8;

    /// <summary>How far ahead of the loads a stream is fetched; more crowds the first-level cache.</summary>
    private const int FetchBytes = 512;

    /// <summary>a [k] · eight rows of b, <paramref name="stride"/> elements apart → dots [8].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Eight<T, TElement>(float* a, T* b, nint stride, int k, float* dots)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        Vector512<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        Vector512<float> t0 = default, t1 = default, t2 = default, t3 = default, t4 = default, t5 = default, t6 = default, t7 = default;
        T* b1 = b + stride, b2 = b1 + stride, b3 = b2 + stride, b4 = b3 + stride, b5 = b4 + stride, b6 = b5 + stride, b7 = b6 + stride;
        var i = 0;
        for (; i + ThinProductJob.Lanes <= k; i += ThinProductJob.Lanes)
        {
            var (x, y) = (Vector512.Load(a + i), Vector512.Load(a + i + 16));
            Fetch(b + i);
            s0 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b + i), s0);
            t0 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b + i + 16), t0);
            Fetch(b1 + i);
            s1 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b1 + i), s1);
            t1 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b1 + i + 16), t1);
            Fetch(b2 + i);
            s2 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b2 + i), s2);
            t2 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b2 + i + 16), t2);
            Fetch(b3 + i);
            s3 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b3 + i), s3);
            t3 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b3 + i + 16), t3);
            Fetch(b4 + i);
            s4 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b4 + i), s4);
            t4 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b4 + i + 16), t4);
            Fetch(b5 + i);
            s5 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b5 + i), s5);
            t5 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b5 + i + 16), t5);
            Fetch(b6 + i);
            s6 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b6 + i), s6);
            t6 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b6 + i + 16), t6);
            Fetch(b7 + i);
            s7 = Vector512.FusedMultiplyAdd(x, TElement.Load16(b7 + i), s7);
            t7 = Vector512.FusedMultiplyAdd(y, TElement.Load16(b7 + i + 16), t7);
        }

        dots[0] = Finish<T, TElement>(a, b, k, i, s0, t0);
        dots[1] = Finish<T, TElement>(a, b1, k, i, s1, t1);
        dots[2] = Finish<T, TElement>(a, b2, k, i, s2, t2);
        dots[3] = Finish<T, TElement>(a, b3, k, i, s3, t3);
        dots[4] = Finish<T, TElement>(a, b4, k, i, s4, t4);
        dots[5] = Finish<T, TElement>(a, b5, k, i, s5, t5);
        dots[6] = Finish<T, TElement>(a, b6, k, i, s6, t6);
        dots[7] = Finish<T, TElement>(a, b7, k, i, s7, t7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Finish<T, TElement>(float* a, T* b, int k, int i, Vector512<float> s, Vector512<float> t)
        where T : unmanaged
        where TElement : struct, IElement<T> =>
        ThinProductJob.Finish<T, TElement>(a, b, k, i, s.GetLower(), s.GetUpper(), t.GetLower(), t.GetUpper());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<T>(T* p)
        where T : unmanaged
    {
        if (!Sse.IsSupported) return;
        Sse.Prefetch0((byte*)p + FetchBytes);
        if (sizeof(T) * ThinProductJob.Lanes > 64) Sse.Prefetch0((byte*)p + FetchBytes + 64);
    }
}

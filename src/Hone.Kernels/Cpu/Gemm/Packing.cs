using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>
/// Copies a block of an operand into panels [k, width], widened to F32 and multiplied by a factor. Lanes past the edge are 0 or
/// repeat the last line; their products are never stored. The left operand packs its rows, the right one its columns: both are "lines" here, and a
/// line either lies along memory (elements of one k are strided) or across it (elements of one k are neighbours).
/// </summary>
internal static unsafe class Packing
{
    /// <summary>Packs <paramref name="lines"/> × <paramref name="k"/> elements.</summary>
    /// <param name="type">F32, BF16 or F16.</param>
    /// <param name="source">First element of the block.</param>
    /// <param name="stride">Elements between rows in memory.</param>
    /// <param name="alongMemory">A memory row is a line, otherwise it is one k of all lines.</param>
    /// <param name="lines">Rows of the left or columns of the right operand.</param>
    /// <param name="k">Length of a line.</param>
    /// <param name="width">Lines a panel.</param>
    /// <param name="factor">Multiplies every element.</param>
    /// <param name="target">Panel after panel.</param>
    public static void Pack(DType type, void* source, nint stride, bool alongMemory, int lines, int k, int width, float factor, float* target)
    {
        switch (type)
        {
            case DType.F32:
                Pack<float, F32Element>((float*)source, stride, alongMemory, lines, k, width, factor, target);
                break;
            case DType.BF16:
                Pack<ushort, BF16Element>((ushort*)source, stride, alongMemory, lines, k, width, factor, target);
                break;
            default:
                Pack<ushort, F16Element>((ushort*)source, stride, alongMemory, lines, k, width, factor, target);
                break;
        }
    }

    private static void Pack<T, TElement>(T* source, nint stride, bool alongMemory, int lines, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        if (!alongMemory)
        {
            Across<T, TElement>(source, stride, lines, k, width, factor, target);
            return;
        }

        for (var line = 0; line < lines; line += width, target += (nint)k * width)
            Along<T, TElement>(source + (line * stride), stride, Math.Min(width, lines - line), k, width, factor, target);
    }

    /// <summary>
    /// A few memory rows at a time through all panels: a row is then read in one run, and a cache line that two panels share is
    /// still in the first level for the second one, also when rows lie a power of two apart and evict each other.
    /// </summary>
    private static void Across<T, TElement>(T* source, nint stride, int lines, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        const int RowsPerRun = 4;
        var whole = width >= Vectors.Lanes ? lines / width * width : 0;
        for (var row = 0; row < k; row += RowsPerRun, source += RowsPerRun * stride, target += RowsPerRun * width)
        {
            var rows = Math.Min(RowsPerRun, k - row);
            var line = 0;
            if (rows == RowsPerRun && width == 2 * Vector512<float>.Count && Vector512.IsHardwareAccelerated)
            {
                FourAcrossWide<T, TElement>(source, stride, whole, k, factor, target);
                line = whole;
            }
            else if (rows == RowsPerRun)
            {
                FourAcross<T, TElement>(source, stride, whole, k, width, factor, target);
                line = whole;
            }

            for (; line < lines; line += width)
                AcrossPanel<T, TElement>(source + line, stride, Math.Min(width, lines - line), rows, width, factor, target + ((nint)line * k));
        }
    }

    /// <summary>Four memory rows through whole panels of at least 8 lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourAcross<T, TElement>(T* source, nint stride, int lines, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector256.Create(factor);
        T* second = source + stride, third = second + stride, fourth = third + stride;
        var ahead = 4 * stride;
        for (nint line = 0; line < lines; line += width, target += (nint)k * width)
        {
            // The last vector begins where it still fits: lines that two vectors share get the same values twice.
            for (nint j = 0; ; j = Math.Min(j + Vectors.Lanes, width - Vectors.Lanes))
            {
                Fetch(source + line + j + ahead);
                Fetch(second + line + j + ahead);
                Fetch(third + line + j + ahead);
                Fetch(fourth + line + j + ahead);
                (TElement.Load8(source + line + j) * factors).Store(target + j);
                (TElement.Load8(second + line + j) * factors).Store(target + width + j);
                (TElement.Load8(third + line + j) * factors).Store(target + (2 * width) + j);
                (TElement.Load8(fourth + line + j) * factors).Store(target + (3 * width) + j);
                if (j == width - Vectors.Lanes) break;
            }
        }
    }

    /// <summary>Four memory rows through whole panels of 32 lines, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourAcrossWide<T, TElement>(T* source, nint stride, int lines, int k, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        const int Width = 32;
        var factors = Vector512.Create(factor);
        T* second = source + stride, third = second + stride, fourth = third + stride;
        var ahead = 4 * stride;
        for (nint line = 0; line < lines; line += Width, target += (nint)k * Width)
        {
            for (nint j = 0; j < Width; j += Vector512<float>.Count)
            {
                Fetch(source + line + j + ahead);
                Fetch(second + line + j + ahead);
                Fetch(third + line + j + ahead);
                Fetch(fourth + line + j + ahead);
                (TElement.Load16(source + line + j) * factors).Store(target + j);
                (TElement.Load16(second + line + j) * factors).Store(target + Width + j);
                (TElement.Load16(third + line + j) * factors).Store(target + (2 * Width) + j);
                (TElement.Load16(fourth + line + j) * factors).Store(target + (3 * Width) + j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AcrossPanel<T, TElement>(T* source, nint stride, int count, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector256.Create(factor);
        if (count < 8)
        {
            AcrossNarrow<T, TElement>(source, stride, count, k, width, factor, target);
            return;
        }

        for (var p = 0; p < k; p++, source += stride, target += width)
        {
            var j = 0;
            for (; j + 8 <= count; j += 8) (TElement.Load8(source + j) * factors).Store(target + j);

            // The last lines together with some that are done: the same values land in the same places.
            if (j < count) (TElement.Load8(source + count - 8) * factors).Store(target + count - 8);
            for (j = count; j < width; j++) target[j] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AcrossNarrow<T, TElement>(T* source, nint stride, int count, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector128.Create(factor);
        for (var p = 0; p < k; p++, source += stride, target += width)
        {
            var j = 0;
            if (count >= 4)
            {
                (TElement.Load4(source) * factors).Store(target);
                (TElement.Load4(source + count - 4) * factors).Store(target + count - 4);
                j = count;
            }

            for (; j < count; j++) target[j] = TElement.Load(source + j) * factor;
            for (; j < width; j++) target[j] = 0;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Along<T, TElement>(T* source, nint stride, int count, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var line = 0;
        if (TElement.TurnLength > 0 && width >= TurnedRows.LeastRows && count >= TurnedRows.LeastRows && Vector512.IsHardwareAccelerated && CacheSets.AreSpread(stride * sizeof(T)))
        {
            for (; count - line >= TurnedRows.LeastRows; line += TurnedRows.Rows)
                SixteenAlong<T, TElement>(source + (line * stride), stride, Math.Min(TurnedRows.Rows, count - line), k, width, factor, target + line);
        }

        if (line < count && Avx2.IsSupported)
        {
            for (; line + 8 <= count; line += 8)
                EightAlong<T, TElement>(source + (line * stride), stride, k, width, factor, target + line);
            if (line < count && count >= 8)
            {
                // The last lines again together with some that are done: the same values land in the same places.
                line = count - 8;
                EightAlong<T, TElement>(source + (line * stride), stride, k, width, factor, target + line);
                line = count;
            }
            else if (count - line == 6)
            {
                SixAlong<T, TElement>(source + (line * stride), stride, k, width, factor, target + line);
                line += 6;
            }
        }

        for (; line < count; line++)
        {
            var p = source + (line * stride);
            for (var i = 0; i < k; i++) target[((nint)i * width) + line] = TElement.Load(p + i) * factor;
        }

        for (; line < width; line++)
            for (var i = 0; i < k; i++) target[((nint)i * width) + line] = 0;
    }

    /// <summary>Up to sixteen lines, at least as many as a panel of the left operand has, with AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixteenAlong<T, TElement>(T* source, nint stride, int count, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector512.Create(factor);
        var rows = new TurnedRows<T>(source, stride, count);

        Debug.Assert(width == TurnedRows.LeastRows || width % TurnedRows.Rows == 0, "a vector of sixteen would reach over the last panel");

        // Vectors of sixteen reach over a narrower panel: what they spoil the next ones write again, and the last ones go by way of scratch.
        var whole = width >= TurnedRows.Rows ? k : k - 1;
        var perLine = 64 / sizeof(T);
        var ahead = TurnedRows.Rows * stride;
        var done = 0;
        for (; done + TElement.TurnLength <= whole; done += TElement.TurnLength)
        {
            if (done % perLine == 0)
            {
                for (var row = 0; row < TurnedRows.Rows; row++) Fetch(source + done + ahead + (row * stride));
            }

            TElement.Turn(rows, factors, target, width);
            rows.Advance(TElement.TurnLength);
            target += TElement.TurnLength * width;
        }

        if (done + TElement.TurnLength <= k)
        {
            var scratch = stackalloc float[TElement.TurnLength * TurnedRows.Rows];
            TElement.Turn(rows, factors, scratch, TurnedRows.Rows);
            for (var i = 0; i < TElement.TurnLength; i++, scratch += TurnedRows.Rows, target += width)
            {
                Vector256.Load(scratch).Store(target);
                Vector256.Load(scratch + width - Vectors.Lanes).Store(target + width - Vectors.Lanes);
            }

            done += TElement.TurnLength;
        }

        for (; done < k; done++, target += width)
            for (var line = 0; line < Math.Min(width, TurnedRows.Rows); line++) target[line] = TElement.Load(source + (Math.Min(line, count - 1) * stride) + done) * factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightAlong<T, TElement>(T* source, nint stride, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector256.Create(factor);
        var ahead = 8 * stride;
        for (; k >= 8; k -= 8, source += 8)
        {
            Fetch(source + ahead);
            Fetch(source + ahead + stride);
            Fetch(source + ahead + (2 * stride));
            Fetch(source + ahead + (3 * stride));
            Fetch(source + ahead + (4 * stride));
            Fetch(source + ahead + (5 * stride));
            Fetch(source + ahead + (6 * stride));
            Fetch(source + ahead + (7 * stride));
            var r0 = TElement.Load8(source) * factors;
            var r1 = TElement.Load8(source + stride) * factors;
            var r2 = TElement.Load8(source + (2 * stride)) * factors;
            var r3 = TElement.Load8(source + (3 * stride)) * factors;
            var r4 = TElement.Load8(source + (4 * stride)) * factors;
            var r5 = TElement.Load8(source + (5 * stride)) * factors;
            var r6 = TElement.Load8(source + (6 * stride)) * factors;
            var r7 = TElement.Load8(source + (7 * stride)) * factors;
            Transpose.Eight(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
            r0.Store(target);
            r1.Store(target + width);
            r2.Store(target + (2 * width));
            r3.Store(target + (3 * width));
            r4.Store(target + (4 * width));
            r5.Store(target + (5 * width));
            r6.Store(target + (6 * width));
            r7.Store(target + (7 * width));
            target += 8 * width;
        }

        for (; k > 0; k--, source++, target += width)
            for (var i = 0; i < 8; i++) target[i] = TElement.Load(source + (i * stride)) * factor;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixAlong<T, TElement>(T* source, nint stride, int k, int width, float factor, float* target)
        where T : unmanaged
        where TElement : struct, IElement<T>
    {
        var factors = Vector256.Create(factor);
        for (; k >= 8; k -= 8, source += 8)
        {
            var r0 = TElement.Load8(source) * factors;
            var r1 = TElement.Load8(source + stride) * factors;
            var r2 = TElement.Load8(source + (2 * stride)) * factors;
            var r3 = TElement.Load8(source + (3 * stride)) * factors;
            var r4 = TElement.Load8(source + (4 * stride)) * factors;
            var r5 = TElement.Load8(source + (5 * stride)) * factors;
            var r6 = r4;
            var r7 = r5;
            Transpose.Eight(ref r0, ref r1, ref r2, ref r3, ref r4, ref r5, ref r6, ref r7);
            StoreSix(r0, target);
            StoreSix(r1, target + width);
            StoreSix(r2, target + (2 * width));
            StoreSix(r3, target + (3 * width));
            StoreSix(r4, target + (4 * width));
            StoreSix(r5, target + (5 * width));
            StoreSix(r6, target + (6 * width));
            StoreSix(r7, target + (7 * width));
            target += 8 * width;
        }

        for (; k > 0; k--, source++, target += width)
            for (var i = 0; i < 6; i++) target[i] = TElement.Load(source + (i * stride)) * factor;
    }

    /// <summary>
    /// Asks for the line that comes a few rows later: rows are runs of about 1 KB, too short for the processor to see where they lead.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Fetch<T>(T* p)
        where T : unmanaged
    {
        if (Sse.IsSupported) Sse.Prefetch0(p);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreSix(Vector256<float> v, float* target)
    {
        v.GetLower().Store(target);
        *(double*)(target + 4) = v.GetUpper().AsDouble().ToScalar();
    }
}

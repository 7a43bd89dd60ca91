using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Gemm;

/// <summary>Sixteen rows on their way through a matrix; those of one remainder of 4 fill the four quarters of a vector.</summary>
/// <typeparam name="T">The stored bits.</typeparam>
internal unsafe struct TurnedRows<T>
    where T : unmanaged
{
    private readonly nint stride;
    private T* first;
    private T* fifth;
    private T* ninth;
    private T* last0;
    private T* last1;
    private T* last2;
    private T* last3;

    /// <summary>Begins with column 0. Of less than sixteen rows, at least 13, the last one stands for those that lack.</summary>
    public TurnedRows(T* source, nint stride, int count)
    {
        this.stride = stride;
        first = source;
        fifth = source + (4 * stride);
        ninth = source + (8 * stride);
        last0 = source + (12 * stride);
        last1 = source + (Math.Min(13, count - 1) * stride);
        last2 = source + (Math.Min(14, count - 1) * stride);
        last3 = source + (Math.Min(15, count - 1) * stride);
    }

    /// <summary>16 bytes of rows 0, 4, 8, 12.</summary>
    public readonly Vector512<uint> Row0 => Quarters(first, fifth, ninth, last0);

    /// <summary>16 bytes of rows 1, 5, 9, 13.</summary>
    public readonly Vector512<uint> Row1 => Quarters(first + stride, fifth + stride, ninth + stride, last1);

    /// <summary>16 bytes of rows 2, 6, 10, 14.</summary>
    public readonly Vector512<uint> Row2 => Quarters(first + (2 * stride), fifth + (2 * stride), ninth + (2 * stride), last2);

    /// <summary>16 bytes of rows 3, 7, 11, 15.</summary>
    public readonly Vector512<uint> Row3 => Quarters(first + (3 * stride), fifth + (3 * stride), ninth + (3 * stride), last3);

    /// <summary>Goes on by some columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int columns)
    {
        first += columns;
        fifth += columns;
        ninth += columns;
        last0 += columns;
        last1 += columns;
        last2 += columns;
        last3 += columns;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<uint> Quarters(T* p, T* q, T* r, T* s)
    {
        var v = Vector128.Load((uint*)p).ToVector256Unsafe().ToVector512Unsafe();
        v = Avx512F.InsertVector128(v, Vector128.Load((uint*)q), 1);
        v = Avx512F.InsertVector128(v, Vector128.Load((uint*)r), 2);
        return Avx512F.InsertVector128(v, Vector128.Load((uint*)s), 3);
    }
}

/// <summary>What all kinds of <see cref="TurnedRows{T}"/> share.</summary>
internal static class TurnedRows
{
    /// <summary>Rows that are turned at once.</summary>
    public const int Rows = 16;

    /// <summary>The fewest rows for which that pays: a panel of the left operand.</summary>
    public const int LeastRows = 14;
}

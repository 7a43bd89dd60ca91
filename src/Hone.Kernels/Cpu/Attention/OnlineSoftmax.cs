using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Softmax of a block of scores by rows, given what earlier blocks of keys left: scores become exp(scale·score − largest), and
/// what was summed under an older largest is scaled down. Eight rows go together, so that what is done once a row (the
/// largest, the factor for what was, the sum) is done in vectors over the rows.
/// </summary>
internal readonly unsafe struct OnlineSoftmax(AttentionBlocks blocks, float* scores, float* sums, float* largest, float* totals)
{
    private const int Keys = AttentionBlocks.Keys;
    private const int Lanes = Vectors.Lanes;

    /// <summary>Works on the first <paramref name="count"/> rows; the first one is query <paramref name="query"/>.</summary>
    /// <param name="count">Rows.</param>
    /// <param name="query">Position of the first row.</param>
    /// <param name="key">First key of the block.</param>
    /// <param name="keys">Keys in the block.</param>
    /// <param name="start">Start of the segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int count, int query, int key, int keys, int start)
    {
        var ends = stackalloc int[Lanes];
        var lanes = stackalloc float[Lanes * Lanes];
        var turned = stackalloc float[Lanes * Lanes];
        var now = stackalloc float[Lanes];
        var kept = stackalloc float[Lanes];
        var scale = Vector256.Create(blocks.Shape.Scale);
        for (var row = 0; row < count; row += Lanes)
        {
            var rows = Math.Min(Lanes, count - row);
            for (var r = 0; r < rows; r++)
            {
                blocks.Visible(query + row + r, key, keys, start, out var low, out var high);
                ends[r] = Hide(scores + (row + r) * Keys, low, high);
                Largest(scores + (row + r) * Keys, ends[r]).Store(lanes + r * Lanes);
            }

            var before = Vectors.Load(largest + row, rows);
            var after = Vector256.MaxNative(before, LargestOfRows(lanes, turned) * scale);
            var factor = Vector256.ConditionalSelect(Vector256.Equals(before, after), Vector256<float>.One, Vectors.Exp(before - after));
            after.Store(now);
            factor.Store(kept);
            Vectors.Store(after, largest + row, rows);
            for (var r = 0; r < rows; r++)
            {
                Exponentials(scores + (row + r) * Keys, ends[r], scale, Vector256.Create(-now[r])).Store(lanes + r * Lanes);
                if (kept[r] != 1) ScaleRow(sums + (row + r) * blocks.Width, Vector256.Create(kept[r]));
            }

            var total = Vector256.FusedMultiplyAdd(Vectors.Load(totals + row, rows), factor, SumsOfRows(lanes, turned));
            Vectors.Store(total, totals + row, rows);
        }
    }

    /// <summary>Hides what the row doesn't see and gives the end of what is left, a multiple of 16; behind it are zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Hide(float* row, int low, int high)
    {
        if (low == 0 && high == Keys) return Keys;
        var end = low == high ? 0 : (high + Vectors.SumLanes - 1) & -Vectors.SumLanes;
        if (end > 0)
        {
            new Span<float>(row, low).Fill(float.NegativeInfinity);
            new Span<float>(row + high, end - high).Fill(float.NegativeInfinity);
        }

        new Span<float>(row + end, Keys - end).Clear();
        return end;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Largest(float* row, int end)
    {
        var (lower, upper) = (Vector256.Create(float.NegativeInfinity), Vector256.Create(float.NegativeInfinity));
        for (var j = 0; j < end; j += Vectors.SumLanes)
        {
            lower = Vector256.MaxNative(lower, Vector256.Load(row + j));
            upper = Vector256.MaxNative(upper, Vector256.Load(row + j + Lanes));
        }

        return Vector256.MaxNative(lower, upper);
    }

    /// <summary>Replaces scores by exponentials; gives their sums in 8 lanes, element j being in lane j mod 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Exponentials(float* row, int end, Vector256<float> scale, Vector256<float> offset)
    {
        if (Avx512F.IsSupported) return WideExponentials(row, end, scale, offset);
        var (lower, upper) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var j = 0; j < end; j += Vectors.SumLanes)
        {
            var p = Vectors.Exp(Vector256.FusedMultiplyAdd(Vector256.Load(row + j), scale, offset));
            var q = Vectors.Exp(Vector256.FusedMultiplyAdd(Vector256.Load(row + j + Lanes), scale, offset));
            p.Store(row + j);
            q.Store(row + j + Lanes);
            lower += p;
            upper += q;
        }

        return lower + upper;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> WideExponentials(float* row, int end, Vector256<float> scale, Vector256<float> offset)
    {
        var (wideScale, wideOffset, sum) = (Vector512.Create(scale, scale), Vector512.Create(offset, offset), Vector512<float>.Zero);
        for (var j = 0; j < end; j += Vectors.SumLanes)
        {
            var p = Vectors.Exp(Vector512.FusedMultiplyAdd(Vector512.Load(row + j), wideScale, wideOffset));
            p.Store(row + j);
            sum += p;
        }

        return sum.GetLower() + sum.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScaleRow(float* row, Vector256<float> factor)
    {
        for (var i = 0; i < blocks.Width; i += Lanes) (Vector256.Load(row + i) * factor).Store(row + i);
    }

    /// <summary>Element r: the largest of lanes [r, 0…7].</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> LargestOfRows(float* lanes, float* turned)
    {
        Transpose.Eight(lanes, Lanes, turned, Lanes);
        var largest = Vector256.Load(turned);
        for (var lane = 1; lane < Lanes; lane++) largest = Vector256.MaxNative(largest, Vector256.Load(turned + lane * Lanes));
        return largest;
    }

    /// <summary>Element r: the sum of lanes [r, 0…7], by the tree of <see cref="Vectors.Sum"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> SumsOfRows(float* lanes, float* turned)
    {
        Transpose.Eight(lanes, Lanes, turned, Lanes);
        var (a, b) = (Vector256.Load(turned) + Vector256.Load(turned + 32), Vector256.Load(turned + 8) + Vector256.Load(turned + 40));
        var (c, d) = (Vector256.Load(turned + 16) + Vector256.Load(turned + 48), Vector256.Load(turned + 24) + Vector256.Load(turned + 56));
        return a + c + (b + d);
    }
}

using System.Runtime.CompilerServices;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Softmax of a block of scores, given what earlier blocks of keys left: scores become exp(scale·score − largest), and what was
/// summed under an older largest is scaled down. A row of scores is a key and a column a query, so that each lane works for
/// a query of its own and nothing is reduced across a vector. Works in powers of 2: scale and largest are multiplied by log₂ e.
/// </summary>
internal readonly unsafe struct OnlineSoftmax<TWidth, V>(AttentionBlocks blocks, float* scores, float* sums, float* largest, float* totals)
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    /// <summary>Keys that are worked on together.</summary>
    private const int Step = 2;

    private const int Rows = AttentionBlocks.Rows;

    /// <summary>What is largest before the first key: the power of 2 of its distance to any score is 0.</summary>
    public const float Lowest = -float.MaxValue;

    /// <summary>Works on the first <paramref name="count"/> columns, a multiple of the lanes; the first one is query <paramref name="query"/>.</summary>
    /// <param name="count">Columns.</param>
    /// <param name="query">Position of the first column.</param>
    /// <param name="key">First key of the block.</param>
    /// <param name="keys">Keys in the block.</param>
    /// <param name="start">Start of the segment.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int count, int query, int key, int keys, int start)
    {
        var factors = stackalloc float[TWidth.Lanes];
        var scale = blocks.Shape.Scale * Vectors.LogTwoOfE;
        for (var column = 0; column < count; column += TWidth.Lanes)
        {
            var p = scores + column;
            Hide(p, query + column, key, keys, start, out var low, out var high);
            var before = TWidth.Load(largest + column);
            var after = TWidth.Max(before, TWidth.Multiply(Largest(p, low, high), TWidth.Broadcast(scale)));
            var factor = TWidth.Exp2(TWidth.Subtract(before, after));
            var sum = Exponentials(p, low, high, TWidth.Broadcast(scale), after);
            TWidth.Store(after, largest + column);
            TWidth.Store(TWidth.MultiplyAdd(TWidth.Load(totals + column), factor, sum), totals + column);
            if (TWidth.AreEqual(before, after)) continue;
            TWidth.Store(factor, factors);
            for (var r = 0; r < TWidth.Lanes; r++) ScaleRow(sums + (column + r) * blocks.Width, TWidth.Broadcast(factors[r]));
        }
    }

    /// <summary>
    /// Gives the keys that any of the columns sees, rounded to steps, and makes scores −∞ there where one doesn't. The other keys
    /// get probabilities of 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Hide(float* p, int query, int key, int keys, int start, out int low, out int high)
    {
        var last = query + TWidth.Lanes - 1;
        low = Math.Clamp(blocks.FirstKey(query, start) - key, 0, keys) & -Step;
        high = (Math.Clamp(last + 1 - key, low, keys) + Step - 1) & -Step;
        var allLow = Math.Clamp(blocks.FirstKey(last, start) - key, low, high);
        var allHigh = Math.Clamp(Math.Min(query + 1 - key, keys), allLow, high);
        for (var j = 0; j < low; j++) TWidth.Store(default, p + j * Rows);
        for (var j = low; j < allLow; j++) HideRow(p + j * Rows, query, key + j);
        for (var j = allHigh; j < high; j++) HideRow(p + j * Rows, query, key + j);
        for (var j = high; j < keys; j++) TWidth.Store(default, p + j * Rows);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void HideRow(float* p, int query, int key) => TWidth.Store(
        TWidth.Between(key - query, blocks.LastQuery(key, query + TWidth.Lanes) - query, TWidth.Load(p), TWidth.Broadcast(float.NegativeInfinity)),
        p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Largest(float* p, int low, int high)
    {
        V even = TWidth.Broadcast(float.NegativeInfinity), odd = even;
        for (var j = low; j < high; j += Step)
        {
            even = TWidth.Max(even, TWidth.Load(p + j * Rows));
            odd = TWidth.Max(odd, TWidth.Load(p + (j + 1) * Rows));
        }

        return TWidth.Max(even, odd);
    }

    /// <summary>Replaces scores by exponentials; gives the sum of those of even keys and the sum of those of odd ones, added.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Exponentials(float* p, int low, int high, V scale, V largest)
    {
        V even = default, odd = default, offset = TWidth.Subtract(default, largest);
        for (var j = low; j < high; j += Step)
        {
            var a = TWidth.Exp2(TWidth.MultiplyAdd(TWidth.Load(p + j * Rows), scale, offset));
            var b = TWidth.Exp2(TWidth.MultiplyAdd(TWidth.Load(p + (j + 1) * Rows), scale, offset));
            TWidth.Store(a, p + j * Rows);
            TWidth.Store(b, p + (j + 1) * Rows);
            even = TWidth.Add(even, a);
            odd = TWidth.Add(odd, b);
        }

        return TWidth.Add(even, odd);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void ScaleRow(float* row, V factor)
    {
        for (var i = 0; i < blocks.Width; i += TWidth.Lanes) TWidth.Store(TWidth.Multiply(TWidth.Load(row + i), factor), row + i);
    }
}

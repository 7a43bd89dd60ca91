using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Takes buffers from an arena and writes down what each is for. Without an arena it only counts, so the plan and the
/// allocation are one piece of code and can't disagree.
/// </summary>
internal sealed class BufferLedger(Arena? arena)
{
    private readonly List<(string Purpose, long Bytes)> entries = [];

    /// <summary>Bytes by purpose, in order of first use.</summary>
    public IReadOnlyList<(string Purpose, long Bytes)> Entries => entries;

    /// <summary>All bytes.</summary>
    public long TotalBytes => entries.Sum(e => e.Bytes);

    /// <summary>A dense matrix; a view of nothing with the right shape when only counting.</summary>
    public Tensor Take(string purpose, int rows, int columns, DType type = DType.F32)
    {
        var bytes = Math.Max(Arena.SizeOf(type, rows, columns), Arena.Alignment);
        var i = entries.FindIndex(e => e.Purpose == purpose);
        if (i < 0) entries.Add((purpose, bytes));
        else entries[i] = (purpose, entries[i].Bytes + bytes);
        return arena is null ? Tensor.WithoutMemory(type, rows, columns) : arena.Allocate(type, rows, columns);
    }
}

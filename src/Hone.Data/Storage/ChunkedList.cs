using System.Collections;

namespace Hone.Data.Storage;

/// <summary>A list that grows by blocks: nothing is copied, and little is held that isn't used, however long it gets.</summary>
internal sealed class ChunkedList<T> : IReadOnlyList<T>
    where T : unmanaged
{
    private const int BlockBits = 12;
    private const int BlockLength = 1 << BlockBits;

    private readonly List<T[]> blocks = [];

    public int Count { get; private set; }

    /// <summary>The items as they lie in memory: full blocks, then the rest.</summary>
    public IEnumerable<ReadOnlyMemory<T>> Blocks => blocks.Select((b, i) => new ReadOnlyMemory<T>(b, 0, Math.Min(BlockLength, Count - (i << BlockBits))));

    public T this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            return blocks[index >> BlockBits][index & (BlockLength - 1)];
        }
    }

    public void Add(T item)
    {
        if (Count == blocks.Count << BlockBits) blocks.Add(new T[blocks.Count == 0 ? 16 : BlockLength]);
        var (block, at) = (Count >> BlockBits, Count & (BlockLength - 1));
        if (at == blocks[block].Length) blocks[block] = Grown(blocks[block]);
        blocks[block][at] = item;
        Count++;
    }

    public IEnumerator<T> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Only the first block begins small.</summary>
    private static T[] Grown(T[] block)
    {
        Array.Resize(ref block, Math.Min(2 * block.Length, BlockLength));
        return block;
    }
}

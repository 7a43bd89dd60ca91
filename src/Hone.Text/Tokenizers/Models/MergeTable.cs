using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;

namespace Hone.Text.Tokenizers.Models;

/// <summary>Which pairs of tokens merge, how early, and into what: an open-addressed table made for lookups.</summary>
internal sealed class MergeTable
{
    /// <summary>What <see cref="Find"/> gives for pairs that do not merge; greater than any merge.</summary>
    public const ulong None = ulong.MaxValue;

    private const ulong Empty = ulong.MaxValue;

    // An odd random factor makes multiplicative hashing universal: no file can provoke long probes on purpose.
    private static readonly ulong Factor = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
    private Slot[] _slots;
    private int _shift;
    private int _count;

    /// <summary>An empty table with room for so many merges.</summary>
    public MergeTable(int expected)
    {
        _slots = [];
        Allocate((int)BitOperations.RoundUpToPowerOf2((uint)Math.Clamp(expected, 16, 1 << 24) * 2));
    }

    private record struct Slot(ulong Pair, ulong Merge);

    /// <summary>Adds a merge; of several for one pair the last counts.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        if ((_count + 1) * 2 > _slots.Length) Grow();
        var pair = Pair(left, right);
        ref var slot = ref SlotOf(pair);
        if (slot.Pair == Empty) _count++;
        slot = new Slot(pair, ((ulong)(uint)rank << 32) | (uint)merged);
    }

    /// <summary>The merge of a pair, rank in the high and new id in the low half, or <see cref="None"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Find(int left, int right)
    {
        var pair = Pair(left, right);
        var slots = _slots;
        var mask = slots.Length - 1;
        for (var i = (int)((pair * Factor) >> _shift); ; i = (i + 1) & mask)
        {
            ref var slot = ref slots[i];
            if (slot.Pair == pair) return slot.Merge;
            if (slot.Pair == Empty) return None;
        }
    }

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private ref Slot SlotOf(ulong pair)
    {
        var i = (int)((pair * Factor) >> _shift);
        while (_slots[i].Pair != pair && _slots[i].Pair != Empty) i = (i + 1) & (_slots.Length - 1);
        return ref _slots[i];
    }

    private void Allocate(int size)
    {
        _slots = new Slot[size];
        Array.Fill(_slots, new Slot(Empty, None));
        _shift = 64 - BitOperations.Log2((uint)size);
    }

    private void Grow()
    {
        var old = _slots;
        Allocate(old.Length * 2);
        foreach (var slot in old)
        {
            if (slot.Pair != Empty) SlotOf(slot.Pair) = slot;
        }
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hone.Text.Tokenizers.Models;

/// <summary>Tokens as UTF-8 and their ids, both ways.</summary>
internal sealed class Vocabulary
{
    /// <summary>Ids must stay below this, so that a lying file can't ask for gigabytes.</summary>
    public const int MostIds = 1 << 22;

    // Random per process: nobody can craft a file whose tokens all collide. Nothing depends on the order.
    private static readonly ulong Seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8)) | 1;
    private byte[] _bytes;
    private int _used;
    private Entry[] _entries;
    private int[] _slots;
    private int[] _entryOfId;

    /// <summary>An empty vocabulary with room for so many tokens.</summary>
    public Vocabulary(int expected = 1024)
    {
        expected = Math.Clamp(expected, 16, MostIds);
        _bytes = new byte[expected * 8];
        _entries = new Entry[expected];
        _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)expected * 2)];
        _entryOfId = new int[expected];
    }

    private record struct Entry(int Start, int Length, int Id);

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The highest id + 1.</summary>
    public int Size { get; private set; }

    /// <summary>Adds a token; one that is there already gets the new id.</summary>
    public void Add(ReadOnlySpan<byte> token, long id)
    {
        if ((ulong)id >= MostIds) throw new InvalidDataException($"Token id {id} is out of range.");
        var slot = SlotOf(token);
        var entry = _slots[slot] - 1;
        if (entry >= 0) _entries[entry].Id = (int)id;
        else entry = AddEntry(token, (int)id, slot);
        if (id >= _entryOfId.Length) Array.Resize(ref _entryOfId, (int)Math.Max(id + 1, _entryOfId.Length * 2L));
        _entryOfId[id] = entry + 1;
        Size = Math.Max(Size, (int)id + 1);
    }

    /// <summary>The id of a token, or -1.</summary>
    public int Find(ReadOnlySpan<byte> token)
    {
        var entry = _slots[SlotOf(token)] - 1;
        return entry < 0 ? -1 : _entries[entry].Id;
    }

    /// <summary>Whether an id has a token.</summary>
    public bool Contains(int id) => (uint)id < (uint)Size && _entryOfId[id] != 0;

    /// <summary>The token of an id; empty when there is none.</summary>
    public ReadOnlySpan<byte> BytesOf(int id)
    {
        if (!Contains(id)) return [];
        var entry = _entries[_entryOfId[id] - 1];
        return _bytes.AsSpan(entry.Start, entry.Length);
    }

    private static ulong Hash(ReadOnlySpan<byte> token)
    {
        var hash = Seed ^ (ulong)token.Length;
        for (; token.Length >= 8; token = token[8..]) hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(token));
        ulong tail = 0;
        foreach (var b in token) tail = tail << 8 | b;
        return Mix(hash ^ tail);
    }

    private static ulong Mix(ulong x)
    {
        var high = Math.BigMul(x ^ Seed, 0x9E3779B97F4A7C15, out var low);
        return high ^ low;
    }

    private int SlotOf(ReadOnlySpan<byte> token)
    {
        var mask = _slots.Length - 1;
        for (var slot = (int)Hash(token) & mask; ; slot = (slot + 1) & mask)
        {
            var entry = _slots[slot] - 1;
            if (entry < 0) return slot;
            var (start, length, _) = _entries[entry];
            if (_bytes.AsSpan(start, length).SequenceEqual(token)) return slot;
        }
    }

    private int AddEntry(ReadOnlySpan<byte> token, int id, int slot)
    {
        if (_bytes.Length - _used < token.Length) Array.Resize(ref _bytes, checked(Math.Max(_bytes.Length * 2, _used + token.Length)));
        token.CopyTo(_bytes.AsSpan(_used));
        if (Count == _entries.Length) Array.Resize(ref _entries, Count * 2);
        _entries[Count] = new Entry(_used, token.Length, id);
        _used += token.Length;
        _slots[slot] = ++Count;
        if (Count * 2 > _slots.Length) Rehash();
        return Count - 1;
    }

    private void Rehash()
    {
        _slots = new int[_slots.Length * 2];
        for (var i = 0; i < Count; i++) _slots[SlotOf(_bytes.AsSpan(_entries[i].Start, _entries[i].Length))] = i + 1;
    }
}

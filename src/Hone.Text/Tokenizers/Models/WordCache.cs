using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Hone.Text.Tokenizers.Models;

/// <summary>
/// The ids of short pieces seen lately: two ways to a set, one cache line an entry, 2 MB in all. A piece of at most 16 code
/// units is its own key, so a hit is exact.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer pieces are not cached.</summary>
    public const int LongestPiece = 16;

    private const int MostIds = 7, Sets = 1 << 14;
    private readonly Entry[] _entries = new Entry[Sets * 2];

    /// <summary>Appends the ids of a piece if they are known. Otherwise the key serves <see cref="Store"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAppend(ReadOnlySpan<char> text, int start, int length, IdBuffer ids, out Key key)
    {
        key = KeyOf(text, start, length);
        ref var entry = ref _entries[key.Set * 2];
        if (entry.Length != length || entry.Chars != key.Chars)
        {
            entry = ref _entries[key.Set * 2 + 1];
            if (entry.Length != length || entry.Chars != key.Chars) return false;
        }

        if (entry.Count == 1) ids.Add(entry.Ids[0]);
        else ids.Add(((ReadOnlySpan<int>)entry.Ids)[..entry.Count]);
        return true;
    }

    /// <summary>Remembers the ids of a piece; the older entry of the set goes.</summary>
    public void Store(in Key key, int length, ReadOnlySpan<int> ids)
    {
        if (ids.Length > MostIds) return;
        ref var newer = ref _entries[key.Set * 2];
        _entries[key.Set * 2 + 1] = newer;
        newer = new Entry { Chars = key.Chars, Length = (byte)length, Count = (byte)ids.Length };
        ids.CopyTo(newer.Ids);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Key KeyOf(ReadOnlySpan<char> text, int start, int length)
    {
        Vector256<ushort> chars;
        if (start + LongestPiece <= text.Length)
        {
            chars = Vector256.LoadUnsafe(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text)), (nuint)start);
            chars &= Vector256.LessThan(Vector256<ushort>.Indices, Vector256.Create((ushort)length));
        }
        else
        {
            chars = default;
            text.Slice(start, length).CopyTo(MemoryMarshal.CreateSpan(ref Unsafe.As<Vector256<ushort>, char>(ref chars), LongestPiece));
        }

        var parts = chars.AsUInt64();
        var hash = parts[0] * 0x9E3779B97F4A7C15 + parts[1] * 0xC2B2AE3D27D4EB4F + parts[2] * 0x165667B19E3779F9 + parts[3] * 0xD6E8FEB86659FD93;
        hash ^= hash >> 32;
        hash *= 0x9E3779B97F4A7C15;
        return new Key(chars, (int)(hash >> 50));
    }

    /// <summary>A piece, zeros behind it, and its set.</summary>
    public readonly struct Key(Vector256<ushort> chars, int set)
    {
        public readonly Vector256<ushort> Chars = chars;
        public readonly int Set = set;
    }

    [InlineArray(MostIds)]
    private struct Values
    {
        private int _first;
    }

    private struct Entry
    {
        public Vector256<ushort> Chars;
        public Values Ids;
        public byte Length;
        public byte Count;
    }
}

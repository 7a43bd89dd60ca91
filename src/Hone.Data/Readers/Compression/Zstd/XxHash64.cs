using System.Buffers.Binary;
using System.Numerics;

namespace Hone.Data.Readers.Compression.Zstd;

/// <summary>The checksum of zstd frames: XXH64 with seed 0 (Cyan4973/xxHash, doc/xxhash_spec.md).</summary>
internal sealed class XxHash64
{
    private const ulong Prime1 = 0x9E3779B185EBCA87;
    private const ulong Prime2 = 0xC2B2AE3D27D4EB4F;
    private const ulong Prime3 = 0x165667B19E3779F9;
    private const ulong Prime4 = 0x85EBCA77C2B2AE63;
    private const ulong Prime5 = 0x27D4EB2F165667C5;
    private const int StripeBytes = 32;

    private readonly byte[] rest = new byte[StripeBytes];
    private readonly ulong[] lanes = new ulong[4];
    private int restLength;
    private ulong total;

    /// <summary>The checksum of what was added.</summary>
    public ulong Value
    {
        get
        {
            var value = total >= StripeBytes ? Merged() : Prime5;
            value += total;
            ReadOnlySpan<byte> tail = rest.AsSpan(0, restLength);
            for (; tail.Length >= 8; tail = tail[8..])
                value = (BitOperations.RotateLeft(value ^ Round(0, BinaryPrimitives.ReadUInt64LittleEndian(tail)), 27) * Prime1) + Prime4;
            if (tail.Length >= 4)
            {
                value = (BitOperations.RotateLeft(value ^ (BinaryPrimitives.ReadUInt32LittleEndian(tail) * Prime1), 23) * Prime2) + Prime3;
                tail = tail[4..];
            }

            foreach (var b in tail) value = BitOperations.RotateLeft(value ^ (b * Prime5), 11) * Prime1;
            value = (value ^ (value >> 33)) * Prime2;
            value = (value ^ (value >> 29)) * Prime3;
            return value ^ (value >> 32);
        }
    }

    /// <summary>Begins anew.</summary>
    public void Reset()
    {
        unchecked
        {
            (lanes[0], lanes[1], lanes[2], lanes[3]) = (Prime1 + Prime2, Prime2, 0, 0ul - Prime1);
        }

        (restLength, total) = (0, 0);
    }

    /// <summary>Adds bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        total += (ulong)bytes.Length;
        if (restLength > 0)
        {
            var count = Math.Min(bytes.Length, StripeBytes - restLength);
            bytes[..count].CopyTo(rest.AsSpan(restLength));
            restLength += count;
            bytes = bytes[count..];
            if (restLength < StripeBytes) return;
            Stripe(rest);
        }

        for (; bytes.Length >= StripeBytes; bytes = bytes[StripeBytes..]) Stripe(bytes);
        bytes.CopyTo(rest);
        restLength = bytes.Length;
    }

    private void Stripe(ReadOnlySpan<byte> bytes)
    {
        for (var i = 0; i < 4; i++) lanes[i] = Round(lanes[i], BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]));
    }

    private ulong Merged()
    {
        var value = BitOperations.RotateLeft(lanes[0], 1) + BitOperations.RotateLeft(lanes[1], 7)
            + BitOperations.RotateLeft(lanes[2], 12) + BitOperations.RotateLeft(lanes[3], 18);
        foreach (var lane in lanes) value = ((value ^ Round(0, lane)) * Prime1) + Prime4;
        return value;
    }

    private static ulong Round(ulong lane, ulong input) => BitOperations.RotateLeft(lane + (input * Prime2), 31) * Prime1;
}

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>
/// Conversion between the stored float types, rounding to nearest, ties to even. A NaN stays one.
/// </summary>
internal static class ElementConversion
{
    /// <summary>Whether <see cref="Convert"/> knows the way.</summary>
    public static bool CanConvert(DType from, DType to) => from == to || (IsFloat(from) && IsFloat(to));

    /// <summary>Converts as many elements as <paramref name="source"/> holds.</summary>
    /// <param name="source">Little-endian elements of type <paramref name="from"/>.</param>
    /// <param name="from">Type of the source.</param>
    /// <param name="destination">= the same elements as <paramref name="to"/>.</param>
    /// <param name="to">Type of the destination.</param>
    public static void Convert(ReadOnlySpan<byte> source, DType from, Span<byte> destination, DType to)
    {
        if (from == to) source.CopyTo(destination);
        else if (to == DType.F32) Widen(source, from, MemoryMarshal.Cast<byte, float>(destination));
        else if (from == DType.F32) Narrow(MemoryMarshal.Cast<byte, float>(source), destination, to);
        else Between(source, from, destination, to);
    }

    private static bool IsFloat(DType type) => type is DType.F32 or DType.BF16 or DType.F16;

    private static void Widen(ReadOnlySpan<byte> source, DType from, Span<float> destination)
    {
        if (from == DType.F16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(source);
            for (var i = 0; i < halves.Length; i++) destination[i] = (float)halves[i];
            return;
        }

        var upper = MemoryMarshal.Cast<byte, ushort>(source);
        for (var i = 0; i < upper.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << 16);
    }

    private static void Narrow(ReadOnlySpan<float> source, Span<byte> destination, DType to)
    {
        if (to == DType.F16)
        {
            var halves = MemoryMarshal.Cast<byte, Half>(destination);
            for (var i = 0; i < source.Length; i++) halves[i] = (Half)source[i];
            return;
        }

        NarrowToBF16(source, MemoryMarshal.Cast<byte, ushort>(destination));
    }

    private static void NarrowToBF16(ReadOnlySpan<float> source, Span<ushort> destination)
    {
        var i = 0;
        for (; i + Vector256<ushort>.Count <= source.Length; i += Vector256<ushort>.Count)
        {
            var lower = BFloat16.Round(Vector256.Create(source[i..]).AsUInt32());
            var upper = BFloat16.Round(Vector256.Create(source[(i + Vector256<uint>.Count)..]).AsUInt32());
            Vector256.Narrow(lower, upper).CopyTo(destination[i..]);
        }

        for (; i < source.Length; i++) destination[i] = BFloat16.Round(source[i]);
    }

    private static void Between(ReadOnlySpan<byte> source, DType from, Span<byte> destination, DType to)
    {
        Span<float> piece = stackalloc float[256];
        for (var i = 0; i < source.Length; i += 2 * piece.Length)
        {
            var count = Math.Min(piece.Length, (source.Length - i) / 2);
            Widen(source.Slice(i, 2 * count), from, piece[..count]);
            Narrow(piece[..count], destination[i..], to);
        }
    }
}

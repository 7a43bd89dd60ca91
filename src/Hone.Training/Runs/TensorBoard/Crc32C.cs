using System.Numerics;

namespace Hone.Training.Runs.TensorBoard;

/// <summary>CRC-32C (Castagnoli), as TFRecord files carry it.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var b in data) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }

    /// <summary>Rotated and offset, since a CRC over data that holds its own CRC is a weak one.</summary>
    public static uint Masked(ReadOnlySpan<byte> data) => BitOperations.RotateRight(Compute(data), 15) + 0xA282EAD8;
}

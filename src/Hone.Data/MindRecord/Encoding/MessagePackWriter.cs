using System.Buffers;
using System.Buffers.Binary;

namespace Hone.Data.MindRecord.Encoding;

/// <summary>Writes the flat MessagePack maps of raw pages, every number in the fewest bytes as MindSpore's writer does.</summary>
internal static class MessagePackWriter
{
    /// <summary>Appends a map of <c>long</c>, <c>double</c> and <c>string</c> values.</summary>
    /// <exception cref="ArgumentException">A value is of another type.</exception>
    public static void WriteMap(IReadOnlyCollection<KeyValuePair<string, object?>> map, IBufferWriter<byte> output)
    {
        if (map.Count <= 15) Write(output, [(byte)(0x80 | map.Count)]);
        else WriteNumber(output, 0xDE, (uint)map.Count, 2);
        foreach (var (key, value) in map)
        {
            WriteText(output, key);
            switch (value)
            {
                case string text:
                    WriteText(output, text);
                    break;
                case long number:
                    WriteInteger(output, number);
                    break;
                case double number:
                    WriteFloat(output, number);
                    break;
                default:
                    throw new ArgumentException($"'{key}' must be an integer, a floating-point number or a text, this is {value?.GetType().Name ?? "null"}", nameof(map));
            }
        }
    }

    private static void WriteInteger(IBufferWriter<byte> output, long value)
    {
        var bits = (ulong)value;
        switch (value)
        {
            case >= -32 and <= 127:
                Write(output, [(byte)value]);
                break;
            case > 0:
                var (unsignedCode, unsignedSize) = bits switch { <= 0xFF => (0xCC, 1), <= 0xFFFF => (0xCD, 2), <= 0xFFFF_FFFF => (0xCE, 4), _ => (0xCF, 8) };
                WriteNumber(output, (byte)unsignedCode, bits, unsignedSize);
                break;
            default:
                var (code, size) = value switch { >= sbyte.MinValue => (0xD0, 1), >= short.MinValue => (0xD1, 2), >= int.MinValue => (0xD2, 4), _ => (0xD3, 8) };
                WriteNumber(output, (byte)code, bits, size);
                break;
        }
    }

    private static void WriteFloat(IBufferWriter<byte> output, double value)
    {
        if (value.Equals((float)value)) WriteNumber(output, 0xCA, BitConverter.SingleToUInt32Bits((float)value), 4);
        else WriteNumber(output, 0xCB, BitConverter.DoubleToUInt64Bits(value), 8);
    }

    private static void WriteText(IBufferWriter<byte> output, string text)
    {
        var length = System.Text.Encoding.UTF8.GetByteCount(text);
        if (length <= 31) Write(output, [(byte)(0xA0 | length)]);
        else if (length <= 0xFF) WriteNumber(output, 0xD9, (ulong)length, 1);
        else if (length <= 0xFFFF) WriteNumber(output, 0xDA, (ulong)length, 2);
        else WriteNumber(output, 0xDB, (ulong)length, 4);
        output.Advance(System.Text.Encoding.UTF8.GetBytes(text, output.GetSpan(length)));
    }

    /// <summary>A type code and the lowest bytes of a number, big-endian.</summary>
    private static void WriteNumber(IBufferWriter<byte> output, byte code, ulong value, int size)
    {
        Span<byte> bytes = stackalloc byte[9];
        BinaryPrimitives.WriteUInt64BigEndian(bytes[1..], value);
        bytes[8 - size] = code;
        Write(output, bytes[(8 - size)..]);
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> bytes) => output.Write(bytes);
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Hone.Training.Runs.TensorBoard;

/// <summary>
/// A TensorBoard event file of scalars: TFRecord frames around Protocol Buffers <c>Event</c> messages. Only the handful of fields that
/// scalars need are written, so the wire format is written by hand.
/// </summary>
internal sealed class EventFile : IDisposable
{
    private readonly FileStream file;

    /// <summary>
    /// Starts a new file in a folder. A resumed run adds another one beside the old, which viewers read one after the other as one
    /// run: the old one may end in half a record, after which nothing more would be read.
    /// </summary>
    public EventFile(string folder)
    {
        Directory.CreateDirectory(folder);
        var now = DateTimeOffset.UtcNow;
        var name = string.Create(CultureInfo.InvariantCulture,
            $"events.out.tfevents.{now.ToUnixTimeSeconds()}.{Environment.MachineName}.{Environment.ProcessId}.0");
        file = new FileStream(Path.Combine(folder, name), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 1);
        file.Write(Frame(VersionEvent(Seconds(now))));
    }

    public void Dispose() => file.Dispose();

    public void Append(LogEntry entry)
    {
        var now = Seconds(DateTimeOffset.UtcNow);
        foreach (var (name, value) in entry.Values)
        {
            if (double.IsFinite(value)) file.Write(Frame(ScalarEvent(now, entry.Step, ScalarTag.Of(name), (float)value)));
        }

        file.Flush();
    }

    /// <summary>Tells viewers to forget what earlier files say about a step and all later ones: the run goes on before it.</summary>
    public void Restart(int step)
    {
        file.Write(Frame(RestartEvent(Seconds(DateTimeOffset.UtcNow), step)));
        file.Flush();
    }

    internal static byte[] VersionEvent(double wallTime)
    {
        var message = new ArrayBufferWriter<byte>();
        WriteDouble(message, 1, wallTime);
        WriteBytes(message, 3, "brain.Event:2"u8);
        return message.WrittenSpan.ToArray();
    }

    /// <summary>Event.session_log with SessionLog.status START.</summary>
    internal static byte[] RestartEvent(double wallTime, long step)
    {
        var message = new ArrayBufferWriter<byte>();
        WriteDouble(message, 1, wallTime);
        WriteTag(message, 2, WireType.Varint);
        WriteVarint(message, (ulong)step);
        WriteBytes(message, 7, [(1 << 3) | (int)WireType.Varint, 1]);
        return message.WrittenSpan.ToArray();
    }

    internal static byte[] ScalarEvent(double wallTime, long step, params ReadOnlySpan<(string Tag, float Value)> scalars)
    {
        var summary = new ArrayBufferWriter<byte>();
        foreach (var (tag, value) in scalars)
        {
            var scalar = new ArrayBufferWriter<byte>();
            WriteBytes(scalar, 1, Encoding.UTF8.GetBytes(tag));
            WriteTag(scalar, 2, WireType.Fixed32);
            BinaryPrimitives.WriteSingleLittleEndian(scalar.GetSpan(4), value);
            scalar.Advance(4);
            WriteBytes(summary, 1, scalar.WrittenSpan);
        }

        var message = new ArrayBufferWriter<byte>();
        WriteDouble(message, 1, wallTime);
        if (step != 0)
        {
            WriteTag(message, 2, WireType.Varint);
            WriteVarint(message, (ulong)step);
        }

        WriteBytes(message, 5, summary.WrittenSpan);
        return message.WrittenSpan.ToArray();
    }

    internal static byte[] ScalarEvent(double wallTime, long step, string tag, float value) => ScalarEvent(wallTime, step, (tag, value));

    internal static byte[] Frame(ReadOnlySpan<byte> payload)
    {
        var frame = new byte[8 + 4 + payload.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(frame, payload.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(8), Crc32C.Masked(frame.AsSpan(0, 8)));
        payload.CopyTo(frame.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12 + payload.Length), Crc32C.Masked(payload));
        return frame;
    }

    private static double Seconds(DateTimeOffset time) => time.ToUnixTimeMilliseconds() / 1000.0;

    private static void WriteDouble(ArrayBufferWriter<byte> to, int field, double value)
    {
        WriteTag(to, field, WireType.Fixed64);
        BinaryPrimitives.WriteDoubleLittleEndian(to.GetSpan(8), value);
        to.Advance(8);
    }

    private static void WriteBytes(ArrayBufferWriter<byte> to, int field, ReadOnlySpan<byte> value)
    {
        WriteTag(to, field, WireType.Bytes);
        WriteVarint(to, (ulong)value.Length);
        to.Write(value);
    }

    private static void WriteTag(ArrayBufferWriter<byte> to, int field, WireType type) => WriteVarint(to, (ulong)(field << 3 | (int)type));

    private static void WriteVarint(ArrayBufferWriter<byte> to, ulong value)
    {
        var span = to.GetSpan(10);
        var length = 0;
        for (; value >= 0x80; value >>= 7) span[length++] = (byte)(value | 0x80);
        span[length++] = (byte)value;
        to.Advance(length);
    }

    private enum WireType
    {
        Varint = 0,
        Fixed64 = 1,
        Bytes = 2,
        Fixed32 = 5,
    }
}

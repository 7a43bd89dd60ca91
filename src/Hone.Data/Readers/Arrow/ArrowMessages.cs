using System.Buffers.Binary;

namespace Hone.Data.Readers.Arrow;

/// <summary>What a message holds (arrow/format/Message.fbs, <c>MessageHeader</c>).</summary>
internal enum ArrowMessageKind
{
    None = 0,
    Schema = 1,
    Dictionary = 2,
    Batch = 3,
}

/// <summary>Splits an Arrow stream into messages. Lengths that are told are believed as far as bytes are there.</summary>
internal sealed class ArrowMessages(Stream stream)
{
    private const uint Continuation = uint.MaxValue;
    private const int MaxMetadata = 256 << 20;
    private const long MaxBody = int.MaxValue - (1 << 16);
    private const int FirstPiece = 1 << 20;

    /// <summary>The kind of the message.</summary>
    public ArrowMessageKind Kind { get; private set; }

    /// <summary>Its description.</summary>
    public FlatTable Header { get; private set; }

    /// <summary>The bytes that belong to it.</summary>
    public ReadOnlyMemory<byte> Body { get; private set; }

    /// <summary>Moves to the next message; false at the end of the stream.</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or cut off.</exception>
    public bool Next()
    {
        Span<byte> head = stackalloc byte[4];
        var read = stream.ReadAtLeast(head, 4, throwOnEndOfStream: false);
        if (read == 0) return false;
        if (read < 4) throw CutOff();
        var length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        if (length == Continuation)
        {
            if (stream.ReadAtLeast(head, 4, throwOnEndOfStream: false) < 4) throw CutOff();
            length = BinaryPrimitives.ReadUInt32LittleEndian(head);
        }

        if (length == 0) return false;
        if (length > MaxMetadata) throw new InvalidDataException("a message of the Arrow file has an impossible length");
        var message = FlatTable.Root(ReadBlock((int)length));
        var type = message.Byte(1);
        Kind = type <= (byte)ArrowMessageKind.Batch ? (ArrowMessageKind)type : throw new NotSupportedException("it holds tensors instead of rows");
        Header = message.Table(2);
        var body = message.Int64(3);
        if (body is < 0 or > MaxBody) throw new InvalidDataException($"a message of the Arrow file says it is {body} bytes long");
        Body = ReadBlock((int)body);
        return true;
    }

    private byte[] ReadBlock(int length)
    {
        var block = new byte[Math.Min(length, FirstPiece)];
        for (var filled = 0; ;)
        {
            filled += stream.ReadAtLeast(block.AsSpan(filled), block.Length - filled, throwOnEndOfStream: false);
            if (filled < block.Length) throw CutOff();
            if (filled == length) return block;
            Array.Resize(ref block, (int)Math.Min(length, 2L * filled));
        }
    }

    private static InvalidDataException CutOff() => new("the Arrow file is cut off");
}

namespace Hone.Data.Readers.Compression;

/// <summary>The step that all formats of the LZ77 family share.</summary>
internal static class Matches
{
    /// <summary>Copies bytes that were written before behind the written ones; the two may overlap, which repeats a pattern.</summary>
    /// <param name="buffer">The output.</param>
    /// <param name="written">How much of it is written.</param>
    /// <param name="offset">How far back the copy begins.</param>
    /// <param name="length">How many bytes are copied.</param>
    /// <exception cref="InvalidDataException">It begins before the output or ends behind it.</exception>
    public static void Copy(Span<byte> buffer, int written, int offset, int length)
    {
        if (offset <= 0 || offset > written || length < 0 || length > buffer.Length - written)
            throw new InvalidDataException("compressed data points outside of its content");
        if (offset >= length)
        {
            buffer.Slice(written - offset, length).CopyTo(buffer[written..]);
            return;
        }

        if (offset == 1)
        {
            buffer.Slice(written, length).Fill(buffer[written - 1]);
            return;
        }

        var from = buffer.Slice(written - offset, length + offset);
        for (var i = 0; i < length; i++) from[i + offset] = from[i];
    }
}

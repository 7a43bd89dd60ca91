using System.Text.Json;

namespace Hone.Data.Readers.Json;

/// <summary>Cuts a JSON array into its elements as they are read: no more than one of them and a chunk are in memory.</summary>
internal sealed class JsonArrayReader(Stream stream)
{
    private const int ChunkBytes = 1 << 16;

    /// <summary>Nesting is limited where an element is parsed, so that one too deep costs only itself.</summary>
    private static readonly JsonReaderOptions Options = new() { MaxDepth = int.MaxValue };

    private readonly Queue<ReadOnlyMemory<byte>> elements = new();
    private byte[] buffer = new byte[2 * ChunkBytes];
    private JsonReaderState state = new(Options);
    private int begin;
    private int filled;
    private bool isInside;
    private bool ended;

    /// <summary>The next element; valid until the next call. False at the end of the array.</summary>
    /// <exception cref="JsonException">The text is no JSON array; the line is counted from 0.</exception>
    /// <exception cref="InvalidDataException">An element is longer than allowed.</exception>
    public bool Next(out ReadOnlyMemory<byte> element)
    {
        while (!elements.TryDequeue(out element))
        {
            if (ended) return false;
            Fill();
        }

        return true;
    }

    private void Fill()
    {
        buffer.AsSpan(begin, filled - begin).CopyTo(buffer);
        (begin, filled) = (0, filled - begin);
        if (filled > JsonRow.MaxBytes) throw new InvalidDataException($"an element of the array is longer than {JsonRow.MaxBytes >> 20} MiB");
        if (buffer.Length - filled < ChunkBytes) Array.Resize(ref buffer, 2 * buffer.Length);

        // The buffer is filled up, so that a large element is not looked at again for every small piece of it.
        filled += stream.ReadAtLeast(buffer.AsSpan(filled), buffer.Length - filled, throwOnEndOfStream: false);
        ended = filled < buffer.Length;
        Split();
    }

    private void Split()
    {
        var reader = new Utf8JsonReader(buffer.AsSpan(0, filled), ended, state);
        while (true)
        {
            // What is not complete is read again with more behind it.
            var (before, position) = (reader.CurrentState, (int)reader.BytesConsumed);
            if (!ReadOne(ref reader, out var start))
            {
                (state, begin) = (before, position);
                return;
            }

            if (start >= 0) elements.Enqueue(buffer.AsMemory(start, (int)reader.BytesConsumed - start));
        }
    }

    /// <summary>Reads a bracket of the array or an element, whose start it gives.</summary>
    private bool ReadOne(ref Utf8JsonReader reader, out int start)
    {
        start = -1;
        if (!reader.Read()) return false;
        if (!isInside) return isInside = true;
        if (reader.TokenType == JsonTokenType.EndArray && reader.CurrentDepth == 0) return true;
        start = (int)reader.TokenStartIndex;
        return reader.TrySkip();
    }
}

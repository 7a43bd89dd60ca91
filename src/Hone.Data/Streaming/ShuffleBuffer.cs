using Hone.Data.Readers;
using Hone.Tensors;

namespace Hone.Data.Streaming;

/// <summary>
/// Shuffles rows that nobody can hold at once: each is drawn from those that wait in a buffer, and the next one read takes its place.
/// What comes when depends on the rows, the size and the seed alone.
/// </summary>
internal static class ShuffleBuffer
{
    /// <summary>Rows that are large fill the buffer before they are many.</summary>
    private const long MaxBytes = 256 << 20;

    /// <summary>Every row once, in a new order for each pass.</summary>
    public static IEnumerable<JsonRow> Shuffle(IEnumerable<JsonRow> rows, int size, ulong seed, int pass)
    {
        var buffer = new List<JsonRow>();
        var bytes = 0L;
        var stream = CounterRandom.Stream("shuffle buffer", (ulong)pass);
        using var source = rows.GetEnumerator();
        var more = true;
        for (var draw = 0ul; ; draw++)
        {
            while (more && buffer.Count < size && bytes < MaxBytes && (more = source.MoveNext()))
            {
                buffer.Add(source.Current);
                bytes += source.Current.Bytes;
            }

            if (buffer.Count == 0) yield break;
            var drawn = CounterRandom.Below(seed, stream, draw, buffer.Count);
            var row = buffer[drawn];
            buffer[drawn] = buffer[^1];
            buffer.RemoveAt(buffer.Count - 1);
            bytes -= row.Bytes;
            yield return row;
        }
    }
}

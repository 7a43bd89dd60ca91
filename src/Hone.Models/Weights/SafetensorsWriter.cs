using System.Buffers;
using System.Buffers.Binary;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>Writes safetensors files in the layout of the reference library: wider types first, then by name.</summary>
public static class SafetensorsWriter
{
    private const int HeaderAlignment = 8;
    private const int PieceElements = 1 << 18;

    private static readonly Dictionary<string, string> DefaultMetadata = new() { ["format"] = "pt" };

    /// <summary>
    /// Writes a file aside, syncs it and renames it over <paramref name="path"/>. Elements are converted in small pieces while writing.
    /// </summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="tensors">In any order.</param>
    /// <param name="metadata">Content of <c>__metadata__</c>; <c>{"format": "pt"}</c> when null, which other tools want to see.</param>
    /// <exception cref="HoneException">The disk is full or refuses; a file that was there before is unharmed.</exception>
    /// <exception cref="ArgumentException">Two tensors of one name, or a shape or type that the source can't fill.</exception>
    public static void Write(string path, IEnumerable<TensorToWrite> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var ordered = tensors.OrderBy(t => SafetensorsTypes.RankOf(t.Type)).ThenBy(t => t.Name, StringComparer.Ordinal).ToArray();
        foreach (var tensor in ordered) Check(tensor);
        if (ordered.Select(t => t.Name).Distinct().Count() != ordered.Length) throw new ArgumentException("two tensors have one name");

        var header = Header(ordered, metadata ?? DefaultMetadata);
        DurableFiles.Write(path, stream =>
        {
            Span<byte> prefix = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(prefix, (ulong)header.Length);
            stream.Write(prefix);
            stream.Write(header);
            var piece = ArrayPool<byte>.Shared.Rent(PieceElements * sizeof(double));
            try
            {
                foreach (var tensor in ordered) WriteElements(stream, tensor, piece);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(piece);
            }
        });
    }

    /// <summary>Bytes that a tensor takes in the file.</summary>
    internal static long BytesOf(TensorToWrite tensor) => tensor.Source.Count * tensor.Type.Size();

    private static void Check(TensorToWrite tensor)
    {
        var count = tensor.Shape.Aggregate(1L, (product, size) => checked(product * size));
        if (count != tensor.Source.Count)
            throw new ArgumentException($"{tensor.Name} of shape [{string.Join(", ", tensor.Shape)}] can't be filled from {tensor.Source}");
        if (!ElementConversion.CanConvert(tensor.Source.Type, tensor.Type))
            throw new ArgumentException($"{tensor.Name}: {tensor.Source.Type} can't be written as {tensor.Type}");
    }

    // Padded with spaces, so that the data begins at a multiple of 8.
    private static byte[] Header(TensorToWrite[] tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(p => p.Key, StringComparer.Ordinal)) json.WriteString(key, value);
                json.WriteEndObject();
            }

            var position = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", SafetensorsTypes.NameOf(tensor.Type));
                WriteNumbers(json, "shape", tensor.Shape);
                WriteNumbers(json, "data_offsets", [position, position += BytesOf(tensor)]);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        var padded = new byte[(buffer.WrittenCount + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment];
        padded.AsSpan().Fill((byte)' ');
        buffer.WrittenSpan.CopyTo(padded);
        return padded;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, IEnumerable<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (var number in numbers) json.WriteNumberValue(number);
        json.WriteEndArray();
    }

    private static unsafe void WriteElements(FileStream stream, TensorToWrite tensor, byte[] piece)
    {
        var source = tensor.Source;
        var (fromSize, toSize) = (source.Type.Size(), tensor.Type.Size());
        var runs = source.IsDense ? 1 : source.Rows;
        var length = source.IsDense ? source.Count : source.Columns;
        for (var run = 0; run < runs; run++)
        {
            var start = (byte*)source.Data + (nint)run * source.Stride * fromSize;
            for (var done = 0L; done < length; done += PieceElements)
            {
                var count = (int)Math.Min(PieceElements, length - done);
                var elements = new ReadOnlySpan<byte>(start + done * fromSize, count * fromSize);
                if (source.Type == tensor.Type)
                {
                    stream.Write(elements);
                    continue;
                }

                ElementConversion.Convert(elements, source.Type, piece, tensor.Type);
                stream.Write(piece, 0, count * toSize);
            }
        }
    }
}

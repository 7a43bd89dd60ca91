using System.Text.Json;
using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>Parses and checks the JSON header of a safetensors file. Nothing in it is believed.</summary>
internal sealed class SafetensorsHeader
{
    private const int MaxTensors = 200_000;
    private const int MaxDimensions = 16;
    private const int MaxDepth = 8;

    private readonly string path;
    private readonly long dataBytes;
    private readonly Dictionary<string, string> metadata = [];
    private readonly List<SafetensorsEntry> entries = [];
    private readonly HashSet<string> names = [];
    private bool metadataSeen;

    private SafetensorsHeader(string path, long dataBytes)
    {
        this.path = path;
        this.dataBytes = dataBytes;
    }

    /// <summary>The free text of <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata => metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries => entries;

    /// <summary>Parses a header.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="dataBytes">Bytes of the file after the header.</param>
    /// <param name="path">The file, for messages.</param>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> utf8, long dataBytes, string path)
    {
        var header = new SafetensorsHeader(path, dataBytes);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            header.ReadObject(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw header.Broken($"the header is not valid JSON: {e.Message}", e);
        }

        header.CheckLayout();
        return header;
    }

    private void ReadObject(ref Utf8JsonReader reader)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Broken("the header is not a JSON object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            if (name == "__metadata__") ReadMetadata(ref reader);
            else ReadTensor(ref reader, name);
        }

        // Reads to the end of the span, so that anything but white space after the object is refused.
        while (reader.Read())
        {
        }
    }

    private void ReadMetadata(ref Utf8JsonReader reader)
    {
        if (metadataSeen) throw Broken("__metadata__ is there twice");
        metadataSeen = true;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Broken("__metadata__ is not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            if (!reader.Read() || reader.TokenType != JsonTokenType.String) throw Broken("__metadata__ holds something that is not a text");
            if (!metadata.TryAdd(key, reader.GetString()!)) throw Broken($"__metadata__ has the key {Excerpt.Of(key)} twice");
        }
    }

    private void ReadTensor(ref Utf8JsonReader reader, string name)
    {
        if (!names.Add(name)) throw Broken($"the tensor {Excerpt.Of(name)} is there twice");
        if (names.Count > MaxTensors) throw Broken($"there are more than {MaxTensors:N0} tensors");
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw Broken($"the entry of tensor {Excerpt.Of(name)} is not an object");

        string? type = null;
        long[]? shape = null;
        long[]? offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString();
            reader.Read();
            switch (key)
            {
                case "dtype" when type is null && reader.TokenType == JsonTokenType.String:
                    type = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, "shape");
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, "data_offsets");
                    break;
                default:
                    throw Broken($"tensor {Excerpt.Of(name)}: the key {Excerpt.Of(key!)} is unknown, repeated or of the wrong type");
            }
        }

        entries.Add(Check(name, type, shape, offsets));
    }

    private long[] ReadNumbers(ref Utf8JsonReader reader, string name, string key)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw Broken($"tensor {Excerpt.Of(name)}: {key} is not a list");
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var number) || number < 0)
                throw Broken($"tensor {Excerpt.Of(name)}: {key} holds something that is not a whole number from 0 to 2^63 − 1");
            if (numbers.Count == MaxDimensions) throw Broken($"tensor {Excerpt.Of(name)}: {key} has more than {MaxDimensions} entries");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private SafetensorsEntry Check(string name, string? type, long[]? shape, long[]? offsets)
    {
        if (type is null || shape is null || offsets is not { Length: 2 })
            throw Broken($"tensor {Excerpt.Of(name)}: dtype, shape or the two data_offsets are missing");
        if (!SafetensorsTypes.TryParse(type, out var known))
            throw new HoneException(ExitCode.Model, $"Tensor {Excerpt.Of(name)} has the element type {Excerpt.Of(type)}, which is not supported.", path);
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataBytes)
            throw Broken($"tensor {Excerpt.Of(name)}: its data [{begin:N0}, {end:N0}) lies outside the {dataBytes:N0} bytes that the file has");
        if (!TryCountBytes(shape, known, out var bytes) || bytes != end - begin)
            throw Broken($"tensor {Excerpt.Of(name)}: {type} of shape [{string.Join(", ", shape)}] does not fill its {end - begin:N0} bytes");
        return new SafetensorsEntry(name, known, shape, begin, end);
    }

    private static bool TryCountBytes(long[] shape, DType type, out long bytes)
    {
        bytes = shape.Contains(0) ? 0 : type.Size();
        foreach (var size in shape)
        {
            var product = (Int128)bytes * size;
            if (product > long.MaxValue) return false;
            bytes = (long)product;
        }

        return true;
    }

    private void CheckLayout()
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)) is var order && order != 0 ? order : string.CompareOrdinal(a.Name, b.Name));
        var position = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin < position) throw Broken($"the data of tensor {Excerpt.Of(entry.Name)} overlaps another tensor's");
            if (entry.Begin > position) throw Broken($"there is a gap of {entry.Begin - position:N0} bytes before tensor {Excerpt.Of(entry.Name)}");
            position = entry.End;
        }

        if (position != dataBytes) throw Broken($"{dataBytes - position:N0} bytes at the end belong to no tensor");
    }

    private HoneException Broken(string what, Exception? inner = null) =>
        new(ExitCode.Model, $"This is not a sound safetensors file: {what}.", path, "Fetch the file again; it may be cut short or damaged.", inner);
}

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Data.MindRecord.Encoding;
using Hone.Data.MindRecord.Index;

namespace Hone.Data.MindRecord;

/// <summary>Sizes of the file, and its place in a set.</summary>
public sealed record MindRecordOptions
{
    /// <summary>Bytes kept for the header: about 180 for each page.</summary>
    public int HeaderSize { get; init; } = 1 << 20;

    /// <summary>Bytes of a page. A row must fit into one.</summary>
    public int PageSize { get; init; } = 1 << 22;

    /// <summary>The names of all files of the set; null for a file of its own.</summary>
    public IReadOnlyList<string>? Shards { get; init; }

    /// <summary>Which of <see cref="Shards"/> this is.</summary>
    public int Shard { get; init; }
}

/// <summary>
/// Writes MindRecord files of format 3.0 with their index, as MindSpore's own writer lays them out. Memory holds a raw page and a row.
/// </summary>
public sealed class MindRecordWriter
{
    private const int LengthSize = 8;

    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>What a raw page has where every field is in the blob: a map without fields is no row.</summary>
    private static readonly KeyValuePair<string, object?>[] NoFields = [new("id", 0L)];

    private readonly MindRecordSchema schema;
    private readonly MindRecordOptions options;
    private readonly Stream data;
    private readonly MindRecordIndex index;
    private readonly BlobCodec blobs;
    private readonly string[] rawFields;
    private readonly List<MindRecordPage> pages = [];
    private readonly List<RowPlace> unplaced = [];
    private readonly List<(int Id, long Offset)> rawGroups = [];
    private readonly ArrayBufferWriter<byte> rawPage = new();
    private readonly ArrayBufferWriter<byte> raw = new();
    private readonly ArrayBufferWriter<byte> blob = new();
    private int pageCount;
    private int rawPageCount;
    private MindRecordPage? group;
    private int groupCount;
    private long saved;
    private int rows;

    private MindRecordWriter(MindRecordSchema schema, MindRecordOptions options, Stream data, MindRecordIndex index)
    {
        this.schema = schema;
        this.options = options;
        this.data = data;
        this.index = index;
        blobs = new BlobCodec(schema, schema.NarrowsIntegers);
        rawFields = [.. schema.RawFields.Select(f => f.Name).Order(StringComparer.Ordinal)];
    }

    /// <summary>Writes a file and its index; each appears under its name when it is whole.</summary>
    /// <param name="path">The data file; the index gets <c>.db</c> added.</param>
    /// <param name="schema">The columns.</param>
    /// <param name="rows">Each has all columns, with values as <see cref="MindRecordReader.Rows"/> gives them.</param>
    /// <param name="options">Sizes, and the set that the file belongs to.</param>
    /// <returns>Rows written.</returns>
    /// <exception cref="ArgumentException">The sizes are out of the format's bounds, or a row does not fit the schema.</exception>
    /// <exception cref="HoneException">A row is longer than a page, there are too many pages for the header, or the disk refuses.</exception>
    public static int Write(string path, MindRecordSchema schema, IEnumerable<IReadOnlyDictionary<string, object?>> rows, MindRecordOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(rows);
        options ??= new MindRecordOptions();
        // MindSpore's bounds.
        if (options.HeaderSize is < 1 << 14 or > MindRecordHeader.MaxHeaderSize || options.HeaderSize % 4 != 0)
            throw new ArgumentException("the header has 16 KiB to 128 MiB, a multiple of 4", nameof(options));
        if (options.PageSize is < 1 << 15 or > MindRecordHeader.MaxPageSize || options.PageSize % 4 != 0)
            throw new ArgumentException("a page has 32 KiB to 256 MiB, a multiple of 4", nameof(options));
        var name = Path.GetFileName(path);
        var written = 0;
        DurableFiles.Write(path + ".db", indexStream => DurableFiles.Write(path, data =>
        {
            var index = new MindRecordIndex(indexStream);
            var writer = new MindRecordWriter(schema, options, data, index);
            foreach (var row in rows) writer.Add(row);
            writer.Finish(path, options.Shards ?? [name]);
            index.Finish(name);
            written = writer.rows;
        }));
        return written;
    }

    /// <summary>The names that MindSpore gives the files of a set: the number of the file at the end, with as many digits as the last one has.</summary>
    public static IReadOnlyList<string> ShardPaths(string path, int count)
    {
        if (count == 1) return [path];
        var digits = "D" + (count - 1).ToString(CultureInfo.InvariantCulture).Length;
        return [.. Enumerable.Range(0, count).Select(i => path + i.ToString(digits, CultureInfo.InvariantCulture))];
    }

    private void Add(IReadOnlyDictionary<string, object?> row)
    {
        raw.ResetWrittenCount();
        MessagePackWriter.WriteMap(rawFields.Length == 0 ? NoFields
            : [.. rawFields.Select(name => new KeyValuePair<string, object?>(name, row.TryGetValue(name, out var value) ? value : null))], raw);
        blob.ResetWrittenCount();
        saved += blobs.Encode(row, blob);
        var (rawSize, blobSize) = (LengthSize + raw.WrittenCount, LengthSize + blob.WrittenCount);
        if (Math.Max(rawSize, blobSize) > options.PageSize)
        {
            throw new HoneException(ExitCode.Data,
                $"Row {rows + 1} takes {Math.Max(rawSize, blobSize)} bytes, a page of the MindRecord file has {options.PageSize}.", null, "Make the row shorter.");
        }

        if (rawPage.WrittenCount + rawSize > options.PageSize)
        {
            EndGroup();
            EndRawPage();
        }

        if (group is not null && group.Used + blobSize > options.PageSize) EndGroup();
        group ??= BeginGroup();
        var place = new RowPlace(rawPage.WrittenCount, rawPage.WrittenCount + rawSize, group.TypeId, group.Id, group.Used, group.Used + blobSize);
        WriteLength(rawPage, raw.WrittenCount);
        rawPage.Write(raw.WrittenSpan);
        Span<byte> length = stackalloc byte[LengthSize];
        BinaryPrimitives.WriteInt64LittleEndian(length, blob.WrittenCount);
        data.Write(length);
        data.Write(blob.WrittenSpan);
        unplaced.Add(place);
        group = group with { Used = group.Used + blobSize, EndRow = group.EndRow + 1 };
        rows++;
    }

    private MindRecordPage BeginGroup()
    {
        var page = new MindRecordPage(pageCount++, true, groupCount++, 0, rows, rows, [(0, 0)]);
        rawGroups.Add((page.TypeId, rawPage.WrittenCount));
        data.Position = StartOf(page.Id);
        return page;
    }

    private void EndGroup()
    {
        if (group is not null) pages.Add(group);
        group = null;
    }

    private void EndRawPage()
    {
        if (rawGroups.Count == 0) return;
        var page = new MindRecordPage(pageCount++, false, rawPageCount++, rawPage.WrittenCount, 0, 0, [.. rawGroups]);
        data.Position = StartOf(page.Id);
        data.Write(rawPage.WrittenSpan);
        pages.Add(page);
        foreach (var place in unplaced) index.Add(page.Id, place);
        unplaced.Clear();
        rawGroups.Clear();
        rawPage.ResetWrittenCount();
    }

    private void Finish(string path, IReadOnlyList<string> shards)
    {
        EndGroup();
        EndRawPage();
        var header = HeaderText(shards);
        if (LengthSize + header.Length > options.HeaderSize)
        {
            throw new HoneException(ExitCode.Data,
                $"The {pages.Count} pages of the MindRecord file need a header of {header.Length} bytes, {options.HeaderSize} are kept for it.", path, "Spread the rows over several files.");
        }

        Span<byte> length = stackalloc byte[LengthSize];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        if (pages.Count == 0) data.SetLength(options.HeaderSize);
        data.Position = 0;
        data.Write(length);
        data.Write(header);
    }

    private byte[] HeaderText(IReadOnlyList<string> shards)
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, Json))
        {
            json.WriteStartObject();
            json.WriteNumber("header_size", options.HeaderSize);
            json.WriteNull("index_fields");
            json.WriteStartArray("page");
            foreach (var page in pages.OrderBy(p => p.Id)) page.WriteTo(json, options.Shard);
            json.WriteEndArray();
            json.WriteNumber("page_size", options.PageSize);
            json.WriteNumber("compression_size", Math.Max(0, saved));
            json.WritePropertyName("schema");
            schema.WriteTo(json);
            json.WriteStartArray("shard_addresses");
            foreach (var shard in shards) json.WriteStringValue(Path.GetFileName(shard));
            json.WriteEndArray();
            json.WriteNumber("shard_id", options.Shard);
            json.WriteNull("statistics");
            json.WriteString("version", "3.0");
            json.WriteEndObject();
        }

        return text.ToArray();
    }

    private long StartOf(int page) => options.HeaderSize + ((long)page * options.PageSize);

    private static void WriteLength(ArrayBufferWriter<byte> output, int length)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(LengthSize), length);
        output.Advance(LengthSize);
    }
}

using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Hone.Data.MindRecord;

/// <summary>A row group: the same rows in a blob page and somewhere in a raw page.</summary>
/// <param name="Blob">The blob page.</param>
/// <param name="Raw">The raw page.</param>
/// <param name="RawOffset">Where in the raw page the group begins.</param>
internal sealed record RowGroup(MindRecordPage Blob, MindRecordPage Raw, long RawOffset);

/// <summary>What stands before the pages of a file.</summary>
internal sealed class MindRecordHeader
{
    public const int LengthSize = 8;

    /// <summary>The largest header that MindSpore takes.</summary>
    public const int MaxHeaderSize = 1 << 27;

    /// <summary>The largest page that MindSpore takes.</summary>
    public const int MaxPageSize = 1 << 28;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    private MindRecordHeader(JsonElement root, int length, long fileLength)
    {
        Version = Text(root, "version");
        if (Version is not ("2.0" or "3.0")) throw new InvalidDataException($"format {Version} is not known; known: 2.0 and 3.0");
        HeaderSize = (int)MindRecordPage.Number(root, "header_size", MaxHeaderSize);
        PageSize = (int)MindRecordPage.Number(root, "page_size", MaxPageSize);
        if (HeaderSize < LengthSize + length) throw new InvalidDataException($"header_size is {HeaderSize}, the header takes {LengthSize + length} bytes");
        Schema = MindRecordSchema.Parse(root.TryGetProperty("schema", out var schema) ? schema : default);
        Shards = root.TryGetProperty("shard_addresses", out var shards) && shards.ValueKind == JsonValueKind.Array
            ? [.. shards.EnumerateArray().Where(s => s.ValueKind == JsonValueKind.String).Select(s => s.GetString()!)]
            : [];
        Groups = PairPages(ParsePages(root, fileLength));
    }

    /// <summary><c>2.0</c> or <c>3.0</c>.</summary>
    public string Version { get; }

    public int HeaderSize { get; }

    public int PageSize { get; }

    public MindRecordSchema Schema { get; }

    /// <summary>The names of all files of the set.</summary>
    public IReadOnlyList<string> Shards { get; }

    /// <summary>In the order of their rows.</summary>
    public IReadOnlyList<RowGroup> Groups { get; }

    public int RowCount => Groups.Count == 0 ? 0 : (int)Groups[^1].Blob.EndRow;

    /// <summary>Where a page begins in the file.</summary>
    public long StartOf(MindRecordPage page) => HeaderSize + ((long)page.Id * PageSize);

    /// <summary>Whether bytes begin like a MindRecord file: a length that fits, and JSON.</summary>
    public static bool Matches(ReadOnlySpan<byte> start) =>
        start.Length > LengthSize && BinaryPrimitives.ReadUInt64LittleEndian(start) is > 1 and <= MaxHeaderSize && start[LengthSize] == '{';

    /// <exception cref="InvalidDataException">The file has no header, or one that does not fit it.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static MindRecordHeader Read(SafeFileHandle file)
    {
        var fileLength = RandomAccess.GetLength(file);
        Span<byte> start = stackalloc byte[LengthSize + 1];
        if (RandomAccess.Read(file, start, 0) < start.Length || !Matches(start)) throw new InvalidDataException("it does not begin with a MindRecord header");
        var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (LengthSize + length > fileLength) throw new InvalidDataException($"the header should take {length} bytes, the file has {fileLength}");
        var text = new byte[length];
        var read = 0;
        while (read < length && RandomAccess.Read(file, text.AsSpan(read), LengthSize + read) is > 0 and var n) read += n;
        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(0, read), Options);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("the header is no JSON object");
            return new MindRecordHeader(document.RootElement, length, fileLength);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"the header is no JSON (line {e.LineNumber + 1}, byte {LengthSize + e.BytePositionInLine})", e);
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidDataException("the header holds text that is not valid Unicode", e);
        }
    }

    private List<MindRecordPage> ParsePages(JsonElement root, long fileLength)
    {
        if (!root.TryGetProperty("page", out var list) || list.ValueKind == JsonValueKind.Null) return [];
        if (list.ValueKind != JsonValueKind.Array) throw new InvalidDataException("'page' must be a list of pages");
        var pages = new List<MindRecordPage>();
        var ids = new HashSet<int>();
        foreach (var element in list.EnumerateArray())
        {
            var page = MindRecordPage.Parse(element);
            if (!ids.Add(page.Id)) throw new InvalidDataException($"page {page.Id} is listed twice");
            if (page.Used > PageSize) throw new InvalidDataException($"page {page.Id} uses {page.Used} bytes, pages have {PageSize}");
            if (StartOf(page) + page.Used > fileLength)
                throw new InvalidDataException($"page {page.Id} should end at byte {StartOf(page) + page.Used}, the file ends at {fileLength}: it is cut off");
            pages.Add(page);
        }

        return pages;
    }

    /// <summary>Finds the two places of each row group, and that together they have every row once.</summary>
    private static List<RowGroup> PairPages(List<MindRecordPage> pages)
    {
        var places = new Dictionary<int, (MindRecordPage Page, long Offset)>();
        foreach (var page in pages.Where(p => !p.IsBlob))
        {
            foreach (var (id, offset) in page.Groups)
            {
                if (offset > page.Used) throw new InvalidDataException($"row group {id} begins at {offset} of page {page.Id}, which has {page.Used} bytes");
                if (!places.TryAdd(id, (page, offset))) throw new InvalidDataException($"row group {id} is in the raw pages twice");
            }
        }

        var groups = new List<RowGroup>();
        foreach (var blob in pages.Where(p => p.IsBlob))
        {
            if (!places.Remove(blob.TypeId, out var raw)) throw new InvalidDataException($"row group {blob.TypeId} is not in exactly one blob page and one raw page");
            groups.Add(new RowGroup(blob, raw.Page, raw.Offset));
        }

        if (places.Count > 0) throw new InvalidDataException($"row group {places.Keys.Min()} has no blob page");
        groups.Sort((a, b) => (a.Blob.StartRow, a.Blob.EndRow).CompareTo((b.Blob.StartRow, b.Blob.EndRow)));
        var row = 0L;
        foreach (var (blob, _, _) in groups)
        {
            if (blob.StartRow != row || blob.EndRow < row)
                throw new InvalidDataException($"page {blob.Id} has rows {blob.StartRow} to {blob.EndRow}, where row {row} should follow");
            row = blob.EndRow;
        }

        return groups;
    }

    private static string Text(JsonElement root, string key) => root.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String
        ? value.GetString()!
        : throw new InvalidDataException($"the header has no '{key}'");
}

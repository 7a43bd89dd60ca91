using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>One data set in <c>dataset_info.json</c>: where its rows come from, and what their columns and roles are called.</summary>
/// <param name="Name">Name of the entry: LLaMA-Factory's key, or ms-swift's <c>dataset_name</c>.</param>
/// <param name="File">The description that it stands in.</param>
/// <param name="Json">The entry.</param>
internal sealed record DatasetInfoEntry(string Name, string File, JsonElement Json)
{
    private const int MaxFileBytes = 16 << 20;

    /// <summary>LLaMA-Factory's names of columns, and the names known here.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["prompt"] = "instruction",
        ["query"] = "input",
        ["response"] = "output",
        ["history"] = "history",
        ["messages"] = "messages",
        ["system"] = "system",
        ["tools"] = "tools",
        ["images"] = "images",
        ["videos"] = "videos",
        ["audios"] = "audios",
        ["kto_tag"] = "label",
    };

    /// <summary>Id on Hugging Face, or null.</summary>
    public string? HuggingFaceId => Text("hf_hub_url") ?? Text("hf_dataset_id");

    /// <summary>Id on ModelScope, or null.</summary>
    public string? ModelScopeId => Text("ms_hub_url") ?? Text("ms_dataset_id");

    /// <summary>The file or folder on this machine; null when the rows come from a hub.</summary>
    public string? LocalPath => (Text("file_name") ?? Text("dataset_path")) is { } name ? Path.GetFullPath(name, Path.GetDirectoryName(Path.GetFullPath(File))!) : null;

    /// <summary>Whether it is written as ms-swift does, with the row's own names of columns first.</summary>
    private bool IsMsSwift => Json.TryGetProperty("dataset_path", out _) || Json.TryGetProperty("ms_dataset_id", out _) || Json.TryGetProperty("hf_dataset_id", out _);

    /// <summary>All entries of a description.</summary>
    /// <exception cref="HoneException">It can't be read (exit code 3).</exception>
    public static List<DatasetInfoEntry> ReadAll(string file) => Guarded(file, () =>
    {
        if (FileLength.Of(file) > MaxFileBytes)
            throw new HoneException(ExitCode.Data, $"The description of data sets is longer than {MaxFileBytes >> 20} MiB.", file);
        using var json = JsonDocument.Parse(System.IO.File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        var root = json.RootElement.Clone();
        return root.ValueKind switch
        {
            JsonValueKind.Object => [.. root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).Select(p => new DatasetInfoEntry(p.Name, file, p.Value))],
            JsonValueKind.Array => [.. root.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Select((e, i) => new DatasetInfoEntry($"entry {i + 1}", file, e)).Select(WithOwnName)],
            _ => new List<DatasetInfoEntry>(),
        };
    });

    /// <summary>Turns what is wrong with a description into an error that names it.</summary>
    public static T Guarded<T>(string file, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or RowFormatException or InvalidOperationException or ArgumentException)
        {
            throw new HoneException(ExitCode.Data, $"The description of data sets can't be used: {e.Message.TrimEnd('.')}.", file, "Mend it, or take it away and name columns with --columns.", e);
        }
    }

    /// <summary>The text under a key, or null.</summary>
    public string? Text(string key) => Json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>The texts under a key that may hold one or several; objects are known by their <c>subset</c> or <c>name</c>.</summary>
    public List<string> Texts(string key)
    {
        if (Text(key) is { } one) return [one];
        if (!Json.TryGetProperty(key, out var list) || list.ValueKind != JsonValueKind.Array) return [];
        return [.. list.EnumerateArray().Select(e => e.ValueKind switch
        {
            JsonValueKind.String => e.GetString(),
            JsonValueKind.Object when e.TryGetProperty("subset", out var s) || e.TryGetProperty("name", out s) => s.ValueKind == JsonValueKind.String ? s.GetString() : null,
            _ => null,
        } ?? throw new RowFormatException($"'{key}' of '{Name}' must hold texts"))];
    }

    /// <summary>The whole number under a key, or null.</summary>
    public int? Number(string key) => Json.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : null;

    /// <summary>Whether it names the data file, or a folder that the file lies in.</summary>
    public bool Describes(string dataPath) => LocalPath is { } path
        && (path == dataPath || dataPath.StartsWith(path.TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal));

    /// <summary>Whether it says the same of columns and roles as another entry; they may differ in subset.</summary>
    public bool DescribesRowsAs(DatasetInfoEntry other) => Raw("columns") == other.Raw("columns") && Raw("tags") == other.Raw("tags") && Raw("formatting") == other.Raw("formatting");

    /// <summary>What it says of columns and roles.</summary>
    /// <exception cref="RowFormatException">It contradicts itself.</exception>
    public RowMapping ToMapping()
    {
        if (Json.TryGetProperty("ranking", out var ranking) && ranking.ValueKind == JsonValueKind.True)
            return new RowMapping { Refusal = $"dataset_info.json describes '{Name}' as preference data (ranking), which is not for supervised fine-tuning" };
        if (Json.TryGetProperty("formatting", out var formatting) && formatting.GetString() is { } form && form is not ("alpaca" or "sharegpt" or "openai"))
            throw new RowFormatException($"'{Name}' has the unknown formatting '{form}'; known: alpaca, sharegpt, openai");
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Pairs("columns"))
        {
            if (IsMsSwift) columns[key] = value;
            else if (Names.TryGetValue(key, out var ours)) columns[value] = ours;
        }

        // What ms-swift calls tags is a list of words for people.
        return new RowMapping { Columns = columns, Tags = MessageTags.Parse(Name, IsMsSwift ? [] : Pairs("tags")) };
    }

    private static DatasetInfoEntry WithOwnName(DatasetInfoEntry entry) => entry.Text("dataset_name") is { } name ? entry with { Name = name } : entry;

    private string Raw(string key) => Json.TryGetProperty(key, out var value) ? value.GetRawText() : "";

    private IEnumerable<(string Key, string Value)> Pairs(string key)
    {
        if (!Json.TryGetProperty(key, out var pairs) || pairs.ValueKind == JsonValueKind.Null) yield break;
        if (pairs.ValueKind != JsonValueKind.Object) throw new RowFormatException($"'{key}' of '{Name}' must be an object");
        foreach (var pair in pairs.EnumerateObject())
        {
            if (pair.Value.ValueKind == JsonValueKind.Null) continue;
            yield return pair.Value.ValueKind == JsonValueKind.String ? (pair.Name, pair.Value.GetString()!) : throw new RowFormatException($"'{pair.Name}' in '{key}' of '{Name}' must be a text");
        }
    }
}

using System.Collections.Concurrent;
using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>
/// What <c>dataset_info.json</c> says about the columns of a file: LLaMA-Factory's (an object of named entries with
/// <c>file_name</c>, <c>columns</c> and <c>tags</c>) or ms-swift's (a list of entries with <c>dataset_path</c> and <c>columns</c>).
/// The file that lies beside the data, or beside its folder, is read, or the one that the user names. <c>--columns</c> goes first.
/// </summary>
internal sealed class DatasetInfo(IReadOnlyDictionary<string, string> columns, string? named)
{
    private const string FileName = "dataset_info.json";
    private const int MaxBytes = 16 << 20;

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

    private static readonly Dictionary<string, string> RoleTags = new(StringComparer.Ordinal)
    {
        ["user_tag"] = "user",
        ["assistant_tag"] = "assistant",
        ["observation_tag"] = "tool",
        ["function_tag"] = "tool_call",
        ["system_tag"] = "system",
    };

    private readonly ConcurrentDictionary<string, RowMapping> mappings = new(StringComparer.Ordinal);

    /// <summary>The names that rows of a data file use.</summary>
    /// <param name="dataFile">The file.</param>
    /// <exception cref="HoneException">The description can't be read or contradicts itself (exit code 3).</exception>
    public RowMapping Of(string dataFile) => mappings.GetOrAdd(dataFile, Read);

    private RowMapping Read(string dataFile)
    {
        var path = Path.GetFullPath(dataFile);
        var mapping = Files(path).Select(f => Find(f, path)).FirstOrDefault(m => m is not null) ?? RowMapping.None;
        if (columns.Count == 0) return mapping;
        var all = mapping.Columns.Where(c => !columns.Values.Contains(c.Value)).ToDictionary(StringComparer.Ordinal);
        foreach (var (theirs, ours) in columns) all[theirs] = ours;
        return mapping with { Columns = all };
    }

    /// <summary>The descriptions to look into: an entry may name the folder that the file lies in, so that one stands beside the folder.</summary>
    private IEnumerable<string> Files(string dataPath)
    {
        if (named is not null) return [named];
        var folder = Path.GetDirectoryName(dataPath);
        string?[] folders = [folder, Path.GetDirectoryName(folder)];
        return folders.OfType<string>().Select(f => Path.Combine(f, FileName)).Where(File.Exists);
    }

    private static RowMapping? Find(string file, string dataPath)
    {
        try
        {
            var info = new FileInfo(file);
            if (info.Length > MaxBytes) throw new HoneException(ExitCode.Data, $"The description of data sets is longer than {MaxBytes >> 20} MiB.", file);
            using var json = JsonDocument.Parse(File.ReadAllBytes(file), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            var entries = Entries(json.RootElement).Where(e => Describes(e.Entry, file, dataPath)).ToList();
            if (entries.Count == 0) return null;
            var mappings = entries.Select(e => ToMapping(e.Name, e.Entry)).ToList();
            // Entries that differ only in their subset describe the same columns.
            var first = entries[0].Entry;
            if (entries.Exists(e => Description(e.Entry) != Description(first)))
                throw new RowFormatException($"{string.Join(" and ", entries.Select(e => $"'{e.Name}'"))} describe the same file differently; keep one of them");
            return mappings[0];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or RowFormatException or InvalidOperationException)
        {
            throw new HoneException(ExitCode.Data, $"The description of data sets can't be used: {e.Message.TrimEnd('.')}.", file, "Mend it, or take it away and name columns with --columns.", e);
        }
    }

    private static string Description(JsonElement entry) => Raw(entry, "columns") + Raw(entry, "tags") + Raw(entry, "formatting");

    private static string Raw(JsonElement entry, string key) => entry.TryGetProperty(key, out var value) ? value.GetRawText() : "";

    private static IEnumerable<(string Name, JsonElement Entry)> Entries(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Object => root.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object).Select(p => (p.Name, p.Value)),
        JsonValueKind.Array => root.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.Object).Select((e, i) => ($"entry {i + 1}", e)),
        _ => [],
    };

    /// <summary>Whether an entry names the data file, or a folder that it lies in.</summary>
    private static bool Describes(JsonElement entry, string file, string dataPath)
    {
        foreach (var key in (string[])["file_name", "dataset_path"])
        {
            if (!entry.TryGetProperty(key, out var value) || value.ValueKind != JsonValueKind.String || value.GetString() is not { Length: > 0 } name) continue;
            var path = Path.GetFullPath(name, Path.GetDirectoryName(Path.GetFullPath(file))!);
            if (path == dataPath || dataPath.StartsWith(path.TrimEnd('/') + Path.DirectorySeparatorChar, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    private static RowMapping ToMapping(string name, JsonElement entry)
    {
        if (entry.TryGetProperty("ranking", out var ranking) && ranking.ValueKind == JsonValueKind.True)
            return new RowMapping { Refusal = $"dataset_info.json describes '{name}' as preference data (ranking), which is not for supervised fine-tuning" };
        if (entry.TryGetProperty("formatting", out var formatting) && formatting.GetString() is { } form && form is not ("alpaca" or "sharegpt" or "openai"))
            throw new RowFormatException($"'{name}' has the unknown formatting '{form}'; known: alpaca, sharegpt, openai");
        var isTheirsFirst = entry.TryGetProperty("dataset_path", out _);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Texts(name, entry, "columns"))
        {
            if (isTheirsFirst) columns[key] = value;
            else if (Names.TryGetValue(key, out var ours)) columns[value] = ours;
        }

        string? roleKey = null, contentKey = null;
        var roles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Texts(name, entry, "tags"))
        {
            if (key == "role_tag") roleKey = value;
            else if (key == "content_tag") contentKey = value;
            else if (RoleTags.TryGetValue(key, out var role)) roles[value] = role;
            else throw new RowFormatException($"'{name}' has the unknown tag '{key}'");
        }

        return new RowMapping { Columns = columns, Tags = new MessageTags { RoleKey = roleKey, ContentKey = contentKey, Roles = roles } };
    }

    private static IEnumerable<(string Key, string Value)> Texts(string name, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var pairs) || pairs.ValueKind == JsonValueKind.Null) yield break;
        if (pairs.ValueKind != JsonValueKind.Object) throw new RowFormatException($"'{key}' of '{name}' must be an object");
        foreach (var pair in pairs.EnumerateObject())
        {
            if (pair.Value.ValueKind == JsonValueKind.Null) continue;
            yield return pair.Value.ValueKind == JsonValueKind.String ? (pair.Name, pair.Value.GetString()!) : throw new RowFormatException($"'{pair.Name}' in '{key}' of '{name}' must be a text");
        }
    }
}

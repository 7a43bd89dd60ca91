using System.Text.Json;

namespace Hone.Data.Readers;

/// <summary>Finds the data files of a folder.</summary>
internal static class DataFolder
{
    private const string StateFile = "state.json";
    private const string SplitsFile = "dataset_dict.json";
    private const int MaxStateBytes = 16 << 20;
    private const string MindRecord = ".mindrecord";

    private static readonly char[] Digits = [.. "0123456789"];

    private static readonly HashSet<string> Extensions =
        [".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".txt", ".parquet", ".arrow"];

    /// <summary>What describes the data in a Hugging Face folder and is no data itself.</summary>
    private static readonly HashSet<string> Descriptions =
        ["dataset_info.json", "dataset_infos.json", StateFile, SplitsFile];

    /// <summary>
    /// The files to read for a path: the file itself; the files that a folder saved by Hugging Face <c>datasets</c> lists (its
    /// train split where there are several); or the data files of a folder by name. Folders inside it are left alone, since
    /// they are often other splits.
    /// </summary>
    /// <exception cref="HoneException">The folder holds no data file, or its list of files can't be read (exit code 3).</exception>
    public static IReadOnlyList<string> FilesOf(string path)
    {
        if (!Directory.Exists(path)) return [path];
        if (File.Exists(Path.Combine(path, SplitsFile))) return FilesOf(TrainSplit(path));
        if (ListedFiles(path) is { } listed) return listed;
        var files = Directory.GetFiles(path).Where(IsData).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0 ? files
            : throw new HoneException(ExitCode.Data, "The folder holds no data file.", path, Hint(path));
    }

    private static bool IsData(string file)
    {
        var name = Path.GetFileName(file);
        if (name.StartsWith('.') || Descriptions.Contains(name)) return false;
        var extension = Path.GetExtension(name).ToLowerInvariant();
        // The files of a set end in .mindrecord0, .mindrecord1; the index of each in .db behind that.
        if (extension.TrimEnd(Digits) == MindRecord) return true;
        if (extension is ".gz" or ".zst") extension = Path.GetExtension(Path.GetFileNameWithoutExtension(name)).ToLowerInvariant();
        return Extensions.Contains(extension);
    }

    private static string Hint(string path)
    {
        var inner = Directory.GetDirectories(path).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal).Take(5).ToList();
        return (inner.Count > 0 ? $"Name one of the folders in it ({string.Join(", ", inner)}), or a file. " : "")
            + "Data files end in " + string.Join(", ", Extensions) + $", {MindRecord}, and .gz or .zst behind that.";
    }

    private static string TrainSplit(string path)
    {
        var train = Path.Combine(path, "train");
        return Directory.Exists(train) ? train
            : throw new HoneException(ExitCode.Data, "The saved data set has several splits, and none is called train.", path, "Name the folder of the split to use.");
    }

    /// <summary>The data files in the order that <c>state.json</c> gives, or null where there is none.</summary>
    private static List<string>? ListedFiles(string path)
    {
        var state = Path.Combine(path, StateFile);
        if (!File.Exists(state)) return null;
        try
        {
            if (FileLength.Of(state) > MaxStateBytes) throw new JsonException($"it is longer than {MaxStateBytes >> 20} MiB");
            using var document = JsonDocument.Parse(File.ReadAllBytes(state));
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("_data_files", out var list)) return null;
            var files = list.EnumerateArray().Select(f => Path.Combine(path, Path.GetFileName(f.GetProperty("filename").GetString()!))).ToList();
            if (files.Exists(f => f.Contains('\0', StringComparison.Ordinal))) throw new JsonException("no file can have such a name");
            if (files.Count > 0) return files;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or IOException or ArgumentNullException)
        {
            throw new HoneException(ExitCode.Data, "The list of data files can't be read: " + e.Message, state, "Save the data set again, or name its .arrow files.", e);
        }

        throw new HoneException(ExitCode.Data, "The saved data set lists no data file.", state, "Save the data set again, or name its .arrow files.");
    }
}

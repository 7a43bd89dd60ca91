using System.Text;
using Hone.Data.MindRecord;
using Hone.Data.Readers.Arrow;
using Hone.Data.Readers.Csv;
using Hone.Data.Readers.Json;
using Hone.Data.Readers.Parquet;
using Hone.Data.Readers.Text;

namespace Hone.Data.Readers;

/// <summary>
/// Reads rows from files of any known format, a row at a time. Marks at the beginning of the content decide first, then the
/// name; what neither tells is JSON.
/// </summary>
public static class DataFiles
{
    /// <summary>Reads a file, or the data files of a folder in the order of their names.</summary>
    /// <param name="path">A file or folder.</param>
    /// <exception cref="HoneException">
    /// A file can't be opened, is damaged, or is compressed or encoded in a way that can't be read (exit code 3).
    /// </exception>
    public static IEnumerable<JsonRow> Read(string path) => DataFolder.FilesOf(path)
        .SelectMany(file => MindRecordRows.AreIn(file) ? MindRecordRows.Read(file) : ReadFile(file));

    /// <summary>Every file whose content decides what <see cref="Read"/> yields.</summary>
    internal static IReadOnlyList<string> FilesOf(string path) => DataFolder.FilesOf(path);

    private static IEnumerable<JsonRow> ReadFile(string path)
    {
        using var file = Open(path);
        var last = 0;
        using var source = Guarded(path, last, () => DataSource.Of(path, file));
        using var rows = Guarded(path, last, () => FormatOf(source).GetEnumerator());
        while (Guarded(path, last, rows.MoveNext))
        {
            last = rows.Current.Location.Row;
            yield return rows.Current;
        }
    }

    private static IEnumerable<JsonRow> FormatOf(DataSource source)
    {
        if (source.Content.Head.StartsWith(ParquetRows.Magic) || source.Extension == ".parquet") return ParquetRows.Read(source);
        if (source.Content.Head.StartsWith(ArrowRows.StreamMagic) || source.Content.Head.StartsWith(ArrowRows.FileMagic) || source.Extension == ".arrow") return ArrowRows.Read(source);
        var text = source.AsUtf8();
        return text.Extension switch
        {
            ".csv" or ".tsv" => CsvRows.Read(text),
            ".txt" => TextRows.Read(text),
            _ => JsonRows.Read(text),
        };
    }

    /// <summary>Every decoder reports damage as <see cref="InvalidDataException"/>; here it gets its place in the file.</summary>
    private static T Guarded<T>(string path, int lastRow, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException e)
        {
            throw new HoneException(ExitCode.Data, "The data file is damaged: " + e.Message, $"{path}:{lastRow + 1}",
                "Get the file again, or write it anew; the rows before this place can be read.", e);
        }
        catch (DecoderFallbackException e)
        {
            throw new HoneException(ExitCode.Data, "The data file is not valid UTF-16, as which its first bytes mark it.", $"{path}:{lastRow + 1}", "Save it as UTF-8.", e);
        }
        catch (NotSupportedException e)
        {
            throw new HoneException(ExitCode.Data, "The data file can't be read: " + e.Message, $"{path}:{lastRow + 1}",
                "Convert the file, for example to JSON lines.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Data, "The data file can't be read: " + e.Message, $"{path}:{lastRow + 1}", "Check the file and its disk.", e);
        }
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Data, "The data file can't be opened: " + e.Message, path, "Check the path given to dataset.", e);
        }
    }
}

using System.Text.Json;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Reads tokenizer files of strangers: bounded size, and every way of being broken becomes a <see cref="HoneException"/>.</summary>
internal static class ModelFile
{
    private const long MostBytes = 256 << 20;

    /// <summary>The bytes of a file, without a byte order mark.</summary>
    public static byte[] Read(string path)
    {
        var length = FileLength.Of(path);
        if (length > MostBytes) throw new InvalidDataException($"The file has {length} bytes; tokenizer files have at most {MostBytes}.");
        var bytes = File.ReadAllBytes(path);
        return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes[3..] : bytes;
    }

    /// <summary>Runs a reader; what it throws for broken content names the file.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (HoneException e) when (e.Where is null)
        {
            throw new HoneException(e.ExitCode, e.Message, path, e.Fix, e);
        }
        catch (Exception e) when (IsBrokenContent(e))
        {
            throw new HoneException(ExitCode.Model, $"The tokenizer file can't be read: {e.Message}", path, "Get the file again from where the model was published.", e);
        }
    }

    /// <summary>A small JSON object, or null when there is no such file.</summary>
    public static JsonElement? ReadObject(string path)
    {
        if (!File.Exists(path)) return null;
        return Guard<JsonElement?>(path, () =>
        {
            using var document = JsonDocument.Parse(Read(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("It is not a JSON object.");
            return document.RootElement.Clone();
        });
    }

    private static bool IsBrokenContent(Exception e) =>
        e is JsonException or InvalidDataException or InvalidOperationException or FormatException or OverflowException
            or KeyNotFoundException or IOException or UnauthorizedAccessException or ArgumentException;
}

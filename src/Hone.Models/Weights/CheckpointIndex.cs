using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hone.Models.Weights;

/// <summary><c>model.safetensors.index.json</c>: which shard holds which tensor.</summary>
internal static class CheckpointIndex
{
    public const string FileName = "model.safetensors.index.json";

    private const long MaxBytes = 64L << 20;

    /// <summary>Tensor name → shard file name, in the order of the file. Names that lead out of the folder are refused.</summary>
    public static Dictionary<string, string> Read(string path)
    {
        var map = new JsonKeys(JsonFile.ReadObject(path, MaxBytes), path).Object("weight_map")
            ?? throw new HoneException(ExitCode.Model, "The key weight_map is missing.", path);
        var shards = new Dictionary<string, string>();
        foreach (var (name, value) in map)
        {
            if (value?.GetValueKind() != JsonValueKind.String)
                throw new HoneException(ExitCode.Model, $"weight_map: the shard of {name} is not a text.", path);
            shards.Add(name, CheckShardName(value.GetValue<string>(), path));
        }

        return shards;
    }

    /// <summary>The text that Hugging Face writes: two spaces of indent, names in order, a final line break.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, string> shards, long totalBytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, options))
        {
            json.WriteStartObject();
            json.WriteStartObject("metadata");
            json.WriteNumber("total_size", totalBytes);
            json.WriteEndObject();
            json.WriteStartObject("weight_map");
            foreach (var (name, shard) in shards.OrderBy(p => p.Key, StringComparer.Ordinal)) json.WriteString(name, shard);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static string CheckShardName(string shard, string path)
    {
        var plain = shard.Length > 0 && !shard.AsSpan().ContainsAny("/\\:\0") && shard is not ("." or "..");
        if (plain && shard.EndsWith(".safetensors", StringComparison.Ordinal)) return shard;
        throw new HoneException(ExitCode.Model, $"weight_map names the shard \"{shard}\", which is not a plain .safetensors file name.", path);
    }
}

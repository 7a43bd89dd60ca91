using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>The number format that <c>config.json</c> says its weights are stored in.</summary>
internal static class ConfigDtype
{
    private const string Key = "torch_dtype";

    /// <summary>The name of the key in newer files.</summary>
    private const string NewKey = "dtype";

    private static readonly JsonSerializerOptions Options = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Makes a file say the truth. Other keys stay, in their order; a file that is right already stays byte for byte.</summary>
    /// <param name="path">A <c>config.json</c>; one that does not exist is none of our business.</param>
    /// <param name="type">How the weights beside it are stored.</param>
    public static void State(string path, DType type)
    {
        if (!File.Exists(path)) return;
        var config = JsonFile.ReadObject(path);
        string[] keys = [.. new[] { Key, NewKey }.Where(config.ContainsKey)];
        if (keys.Length == 0) keys = [Key];
        var name = NameOf(type);
        if (keys.All(key => config[key] is JsonValue value && value.TryGetValue(out string? now) && now == name)) return;
        foreach (var key in keys) config[key] = name;
        DurableFiles.Write(path, stream => JsonSerializer.Serialize(stream, config, Options));
    }

    private static string NameOf(DType type) => type switch
    {
        DType.F32 => "float32",
        DType.BF16 => "bfloat16",
        DType.F16 => "float16",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "weights are not stored so"),
    };
}

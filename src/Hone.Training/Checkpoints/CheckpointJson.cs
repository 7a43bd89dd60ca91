using System.Text.Json;

namespace Hone.Training.Checkpoints;

/// <summary>How the JSON files of a checkpoint are written: Hugging Face's snake_case, indented, numbers exact.</summary>
internal static class CheckpointJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new LogEntryJson() },
    };
}

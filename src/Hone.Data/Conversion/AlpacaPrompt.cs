using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Schemas;

namespace Hone.Data.Conversion;

/// <summary>
/// The question of an Alpaca row as the converter of the MindSpore guide words it: within the prompt that Stanford Alpaca was
/// trained with (its <c>train.py</c>), character for character, since models know it so.
/// </summary>
internal static class AlpacaPrompt
{
    private const string Task = "Below is an instruction that describes a task";
    private const string WithInput = ", paired with an input that provides further context";
    private const string Request = ". Write a response that appropriately completes the request.\n\n";

    /// <summary>Puts the last question of an Alpaca row into the prompt; other rows come back as they are.</summary>
    public static Conversation Apply(JsonElement row, Conversation conversation)
    {
        if (!IsAlpaca(row)) return conversation;
        var instruction = row.GetProperty("instruction").GetString()!;
        var input = row.TryGetProperty("input", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var messages = (JsonArray)conversation.Messages.DeepClone();
        messages.Last(m => (string?)m!["role"] == "user")!["content"] = input.Length == 0
            ? $"{Task}{Request}### Instruction:\n{instruction}\n\n### Response:"
            : $"{Task}{WithInput}{Request}### Instruction:\n{instruction}\n\n### Input:\n{input}\n\n### Response:";
        return conversation with { Messages = messages };
    }

    private static bool IsAlpaca(JsonElement row) => row.TryGetProperty("instruction", out var instruction) && instruction.ValueKind == JsonValueKind.String
        && !row.TryGetProperty("messages", out _) && !row.TryGetProperty("conversations", out _);
}

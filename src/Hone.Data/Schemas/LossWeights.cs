using System.Globalization;
using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>What rows and messages say about how much they are learned.</summary>
internal static class LossWeights
{
    private const float Largest = 1e6f;

    /// <summary>Keys that hold a weight, in rows and in messages.</summary>
    private static readonly string[] NumberKeys = ["loss_scale", "loss_weight", "weight"];

    /// <summary>Keys that say yes or no; <c>masked</c> says it the other way round.</summary>
    private static readonly string[] FlagKeys = ["loss", "train", "masked"];

    public static bool IsKey(string name) => NumberKeys.Contains(name) || FlagKeys.Contains(name);

    /// <summary>
    /// The weight of a message: <c>loss_scale</c> (ms-swift), <c>loss_weight</c> (LLaMA-Factory) or <c>weight</c> (OpenAI), and 0
    /// where <c>loss</c> (ms-swift) or <c>train</c> (Axolotl) is false or <c>masked</c> (torchtune) is true. Null where it says nothing.
    /// </summary>
    public static float? OfMessage(JsonElement message)
    {
        float? weight = null;
        foreach (var key in NumberKeys)
        {
            if (message.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null) weight ??= Number(key, value);
        }

        foreach (var key in FlagKeys)
        {
            if (!message.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) continue;
            var learned = Flag(key, value);
            weight = key == "masked" ? (1 - learned) * (weight ?? 1) : learned * (weight ?? 1);
        }

        return weight;
    }

    /// <summary>The weight of a row: <c>loss_scale</c> or <c>loss_weight</c>, else 1.</summary>
    public static float OfRow(RowColumns row)
    {
        foreach (var key in NumberKeys.AsSpan(0, 2))
        {
            if (!row.TryTake(key, out var value)) continue;
            if (value.ValueKind == JsonValueKind.Array && row.Has("input_ids")) continue; // a weight for each token, read with them
            // Tables of text have no numbers.
            if (value.ValueKind == JsonValueKind.String && float.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
                return Checked(key, number);
            return Number(key, value);
        }

        return 1;
    }

    public static float Number(string key, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetSingle(out var weight))
            throw new RowFormatException($"'{key}' must be a number, this is {RowSchema.Name(value.ValueKind)}");
        return Checked(key, weight);
    }

    /// <summary>Tables that hold floats only write 0.0 and 1.0 for false and true.</summary>
    private static float Flag(string key, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number when key == "loss" => Number(key, value),
        _ => throw new RowFormatException($"'{key}' must be true or false, this is {RowSchema.Name(value.ValueKind)}"),
    };

    private static float Checked(string key, float weight) =>
        weight is >= 0 and < Largest ? weight : throw new RowFormatException(string.Create(CultureInfo.InvariantCulture, $"{key} {weight} is not a weight from 0 up"));
}

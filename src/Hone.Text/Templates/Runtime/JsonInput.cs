using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Runtime;

/// <summary>Turns JSON into the values of a template, as Python's <c>json.loads</c> reads it.</summary>
internal static class JsonInput
{
    public static object? ToValue(JsonNode? node)
    {
        try
        {
            return Convert(node, 0);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or JsonException)
        {
            throw new TemplateFailure("the data given to the template is malformed: " + e.Message);
        }
    }

    private static object? Convert(JsonNode? node, int depth)
    {
        if (depth > Limits.ValueDepth) throw new TemplateFailure("the data given to the template nests too deeply");
        switch (node)
        {
            case null:
                return null;
            case JsonArray array:
                var items = new List<object?>(array.Count);
                foreach (var item in array) items.Add(Convert(item, depth + 1));
                return new SequenceValue(items);
            case JsonObject fields:
                var dict = new DictValue(fields.Count);
                foreach (var (name, value) in fields) dict.Set(name, Convert(value, depth + 1));
                return dict;
            default:
                return Scalar((JsonValue)node);
        }
    }

    private static object? Scalar(JsonValue value) => value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => PythonTruth.True,
        JsonValueKind.False => PythonTruth.False,
        JsonValueKind.Null => null,
        JsonValueKind.Number => Number(value),
        _ => Convert(JsonNode.Parse(value.ToJsonString()), 0),
    };

    /// <summary>A number is a float exactly when it is written as one.</summary>
    private static object Number(JsonValue value)
    {
        if (value.TryGetValue(out long number)) return number;
        if (value.TryGetValue(out double real) && !value.TryGetValue(out JsonElement _)) return real;
        var text = value.ToJsonString();
        if (text.AsSpan().ContainsAny('.', 'e', 'E')) return double.Parse(text, CultureInfo.InvariantCulture);
        if (text.Length > Limits.IntegerDigits) throw new TemplateFailure("a number has too many digits");
        return Arithmetic.Normal(BigInteger.Parse(text, CultureInfo.InvariantCulture));
    }
}

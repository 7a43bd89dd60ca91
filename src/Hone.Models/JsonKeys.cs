using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Models;

/// <summary>Typed access to the keys of one JSON object; every failure names the key and the file.</summary>
internal readonly struct JsonKeys(JsonObject json, string where)
{
    /// <summary>File name, for messages.</summary>
    public string Where { get; } = where;

    /// <summary>True when the key is there and not null.</summary>
    public bool Has(string key) => json[key] is not null;

    /// <summary>A whole number within bounds.</summary>
    public int Int(string key, int min, int max)
    {
        if (!Has(key)) throw Missing(key);
        return OptionalInt(key, min, max)!.Value;
    }

    /// <summary>A whole number within bounds, or the default when the key is absent or null.</summary>
    public int Int(string key, int min, int max, int orElse) => OptionalInt(key, min, max) ?? orElse;

    /// <summary>A whole number within bounds, or null.</summary>
    public int? OptionalInt(string key, int min, int max)
    {
        if (json[key] is not { } node) return null;
        if (!TryNumber(node, out var value) || value != Math.Floor(value)) throw Wrong(key, "a whole number", node);
        if (value < min || value > max)
            throw new HoneException(ExitCode.Model, $"{key} is {Show(node)}, outside {min:N0} to {max:N0}.", Where);
        return (int)value;
    }

    /// <summary>A finite number, or the default when the key is absent or null.</summary>
    public double Double(string key, double orElse) => OptionalDouble(key) ?? orElse;

    /// <summary>A finite number that must be there.</summary>
    public double Double(string key) => OptionalDouble(key) ?? throw Missing(key);

    /// <summary>A number above 0, or the default when the key is absent or null.</summary>
    public double Positive(string key, double orElse) => RequirePositive(key, OptionalDouble(key) ?? orElse);

    /// <summary>A number above 0 that must be there.</summary>
    public double Positive(string key) => RequirePositive(key, Double(key));

    /// <summary>A finite number, or null.</summary>
    public double? OptionalDouble(string key)
    {
        if (json[key] is not { } node) return null;
        return TryNumber(node, out var value) ? value : throw Wrong(key, "a number", node);
    }

    /// <summary>A truth value, or the default when the key is absent or null.</summary>
    public bool Bool(string key, bool orElse)
    {
        if (json[key] is not { } node) return orElse;
        return node.GetValueKind() switch
        {
            JsonValueKind.True => true,
            JsonValueKind.False => false,
            _ => throw Wrong(key, "true or false", node),
        };
    }

    /// <summary>A text, or null.</summary>
    public string? Text(string key)
    {
        if (json[key] is not { } node) return null;
        return node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : throw Wrong(key, "a text", node);
    }

    /// <summary>A nested object, or null.</summary>
    public JsonObject? Object(string key)
    {
        if (json[key] is not { } node) return null;
        return node as JsonObject ?? throw Wrong(key, "an object", node);
    }

    /// <summary>A list of texts; a single text counts as a list of one; empty when absent or null.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        if (json[key] is not { } node) return [];
        var place = this;
        if (node.GetValueKind() == JsonValueKind.String) return [node.GetValue<string>()];
        if (node is not JsonArray array) throw Wrong(key, "a list of texts", node);
        return [.. array.Select(e => e?.GetValueKind() == JsonValueKind.String ? e.GetValue<string>() : throw place.Wrong(key, "a list of texts", node))];
    }

    /// <summary>A list of numbers; a single number counts as a list of one; empty when absent or null.</summary>
    public IReadOnlyList<double> Numbers(string key)
    {
        if (json[key] is not { } node) return [];
        var place = this;
        if (TryNumber(node, out var single)) return [single];
        if (node is not JsonArray array) throw Wrong(key, "a list of numbers", node);
        return [.. array.Select(e => e is not null && TryNumber(e, out var value) ? value : throw place.Wrong(key, "a list of numbers", node))];
    }

    /// <summary>A list of whole numbers, as <see cref="Numbers"/>.</summary>
    public IReadOnlyList<int> Ints(string key)
    {
        var place = this;
        var node = json[key];
        return [.. Numbers(key).Select(v => v == Math.Floor(v) && Math.Abs(v) <= int.MaxValue ? (int)v : throw place.Wrong(key, "a list of whole numbers", node!))];
    }

    /// <summary>The error for a key that must be there.</summary>
    public HoneException Missing(string key) => new(ExitCode.Model, $"The key {key} is missing.", Where);

    /// <summary>The error for a value of the wrong type.</summary>
    public HoneException Wrong(string key, string expected, JsonNode found) =>
        new(ExitCode.Model, $"{key} must be {expected}, but is {Show(found)}.", Where);

    private double RequirePositive(string key, double value) =>
        value > 0 ? value : throw new HoneException(ExitCode.Model, $"{key} must be above 0, but is {value.ToString(CultureInfo.InvariantCulture)}.", Where);

    private static bool TryNumber(JsonNode node, out double value)
    {
        value = 0;
        return node.GetValueKind() == JsonValueKind.Number
            && double.TryParse(node.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out value)
            && double.IsFinite(value);
    }

    private static string Show(JsonNode node)
    {
        var text = node.ToJsonString();
        return text.Length <= 60 ? text : text[..57] + "…";
    }
}

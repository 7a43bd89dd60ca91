using System.Text;
using System.Text.Json;

namespace Hone.Data.Tests.Readers;

/// <summary>Compares values with those that another reader wrote down.</summary>
internal static class JsonComparison
{
    /// <summary>What differs, or null.</summary>
    /// <param name="expected">The value as it should be.</param>
    /// <param name="actual">The value as it is.</param>
    /// <param name="textIsHex">Whether expected texts are the hexadecimal bytes of the actual ones.</param>
    public static string? Difference(JsonElement expected, JsonElement actual, bool textIsHex = false)
    {
        if (expected.ValueKind != actual.ValueKind) return $"{Shorten(expected)} became {Shorten(actual)}";
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                if (expected.EnumerateObject().Count() != actual.EnumerateObject().Count()) return $"{Shorten(expected)} became {Shorten(actual)}";
                return expected.EnumerateObject()
                    .Select(p => actual.TryGetProperty(p.Name, out var other) ? Difference(p.Value, other, textIsHex) : $"'{p.Name}' is missing")
                    .FirstOrDefault(d => d is not null);
            case JsonValueKind.Array:
                if (expected.GetArrayLength() != actual.GetArrayLength()) return $"{Shorten(expected)} became {Shorten(actual)}";
                return expected.EnumerateArray().Zip(actual.EnumerateArray(), (e, a) => Difference(e, a, textIsHex)).FirstOrDefault(d => d is not null);
            case JsonValueKind.Number:
                var isSame = expected.TryGetInt64(out var integer) ? actual.TryGetInt64(out var other) ? integer == other : actual.GetDouble() == integer
                    : expected.GetDouble().Equals(actual.GetDouble());
                return isSame ? null : $"{Shorten(expected)} became {Shorten(actual)}";
            case JsonValueKind.String when textIsHex:
                var text = actual.GetString()!;
                return expected.GetString() == text || expected.GetString() == Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text)) ? null : $"{Shorten(expected)} became {Shorten(actual)}";
            case JsonValueKind.String:
                return expected.GetString() == actual.GetString() ? null : $"{Shorten(expected)} became {Shorten(actual)}";
            default:
                return null;
        }
    }

    private static string Shorten(JsonElement value) => value.GetRawText() is { Length: > 200 } text ? text[..200] + "…" : value.GetRawText();
}

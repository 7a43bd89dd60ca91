using System.Globalization;
using System.Reflection;

namespace Hone.Settings;

/// <summary>Reads one value of a setting from text and writes it back.</summary>
internal static class SettingValues
{
    /// <summary>The value of <paramref name="text"/>, or null when it is not one of <paramref name="type"/>.</summary>
    public static object? Parse(Type type, string text)
    {
        if (type == typeof(string)) return text;
        text = text.Trim();
        if (type == typeof(bool)) return ParseBool(text);
        if (type == typeof(int)) return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;
        if (type == typeof(double)) return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var x) && double.IsFinite(x) ? x : null;
        if (type == typeof(ByteSize)) return ByteSize.TryParse(text, out var size) ? size : null;
        if (type == typeof(LossScale)) return LossScale.TryParse(text, out var scale) ? scale : null;
        if (type.IsEnum) return ParseEnum(type, text);
        throw new NotSupportedException($"a setting of type {type}");
    }

    /// <summary>What a value of the type looks like, for errors.</summary>
    public static string Expected(Type type) =>
        type == typeof(bool) ? "true or false"
        : type == typeof(int) ? $"a whole number up to {int.MaxValue}"
        : type == typeof(double) ? "a number such as 0.05 or 1e-4"
        : type == typeof(ByteSize) ? "a size such as 5GB or 500MiB"
        : type == typeof(LossScale) ? LossScale.Expected
        : type.IsEnum ? string.Join(", ", ChoicesOf(type))
        : "a text";

    /// <summary>The value as it is written in help and files; <see cref="Parse"/> reads it back exactly.</summary>
    public static string Format(object value) => value switch
    {
        bool b => b ? "true" : "false",
        double x => FormatNumber(x),
        Enum e => Field(e).Name,
        IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };

    public static IReadOnlyList<string> ChoicesOf(Type type) =>
        [.. Enum.GetValues(type).Cast<Enum>().Select(e => Field(e).Name)];

    private static object? ParseBool(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "yes" or "on" => true,
        "false" or "0" or "no" or "off" => false,
        _ => null,
    };

    private static Enum? ParseEnum(Type type, string text)
    {
        var wanted = SettingSchema.Normalize(text);
        return Enum.GetValues(type).Cast<Enum>()
            .FirstOrDefault(e => Field(e).Aliases.Prepend(Field(e).Name).Any(word => SettingSchema.Normalize(word) == wanted));
    }

    private static SettingValueAttribute Field(Enum value) =>
        value.GetType().GetField(value.ToString())!.GetCustomAttribute<SettingValueAttribute>()!;

    /// <summary>The shortest text that reads back as the same number, with a small exponent as people write it: 1e-8.</summary>
    private static string FormatNumber(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var e = text.IndexOf('E', StringComparison.Ordinal);
        if (e < 0) return text;
        var exponent = int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        return $"{text[..e]}e{exponent.ToString(CultureInfo.InvariantCulture)}";
    }
}

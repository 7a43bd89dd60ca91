using System.Globalization;

namespace Hone.Settings;

/// <summary>A number of bytes that people write as <c>5GB</c> (powers of 1000) or <c>500MiB</c> (powers of 1024).</summary>
/// <param name="Bytes">How many.</param>
public readonly record struct ByteSize(long Bytes)
{
    private static readonly (string Suffix, double Factor)[] s_units =
    [
        ("KiB", 1024d), ("MiB", 1024d * 1024), ("GiB", 1024d * 1024 * 1024), ("TiB", 1024d * 1024 * 1024 * 1024),
        ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("KB", 1e3), ("B", 1), ("", 1),
    ];

    /// <summary>Reads a size.</summary>
    /// <returns>False when the text is not a size from 0 to the largest long.</returns>
    public static bool TryParse(string text, out ByteSize size)
    {
        size = default;
        var (suffix, factor) = s_units.First(u => text.EndsWith(u.Suffix, StringComparison.OrdinalIgnoreCase));
        var number = text[..^suffix.Length].Trim();
        if (!double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return false;
        var bytes = Math.Round(value * factor);
        if (!(bytes < long.MaxValue)) return false;
        size = new ByteSize((long)bytes);
        return true;
    }

    /// <summary>The size in the largest unit that gives a whole number.</summary>
    public override string ToString()
    {
        var bytes = Bytes;
        var unit = s_units.Where(u => bytes >= u.Factor && bytes % u.Factor == 0).MaxBy(u => u.Factor);
        return unit.Suffix is null or "" or "B" ? $"{bytes}" : $"{(long)(bytes / unit.Factor)}{unit.Suffix}";
    }
}

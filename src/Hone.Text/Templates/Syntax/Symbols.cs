namespace Hone.Text.Templates.Syntax;

/// <summary>The operators and punctuation inside tags.</summary>
internal static class Symbols
{
    private static readonly string[] Long = ["//", "**", "==", "!=", ">=", "<="];

    private static readonly Dictionary<char, string> Short =
        "+-/*%~[](){}><=.:|,;".ToDictionary(c => c, c => c.ToString());

    /// <summary>The longest symbol at a position; null when there is none.</summary>
    public static string? At(string source, int position)
    {
        foreach (var symbol in Long)
        {
            if (string.CompareOrdinal(source, position, symbol, 0, 2) == 0) return symbol;
        }

        return Short.GetValueOrDefault(source[position]);
    }
}

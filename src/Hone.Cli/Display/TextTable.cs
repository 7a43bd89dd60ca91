using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Hone.Cli;

/// <summary>Lays out a table as text.</summary>
internal static class TextTable
{
    /// <summary>The table without its last line break; long cells wrap, wide (Chinese) characters count two columns.</summary>
    public static string Render(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows, int width, bool color)
    {
        using var writer = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = color ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = color ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
        console.Profile.Capabilities.Unicode = true;
        var table = new Table { Border = TableBorder.Simple };
        for (var c = 0; c < headers.Count; c++)
        {
            var column = new TableColumn(new Spectre.Console.Text(headers[c], new Style(decoration: Decoration.Bold)));
            if (rows.Count > 0 && rows.All(row => IsNumber(row[c]))) column.RightAligned();
            table.AddColumn(column);
        }

        foreach (var row in rows) table.AddRow(row.Select(cell => new Spectre.Console.Text(TerminalText.Harmless(cell))));
        console.Write(table);
        var lines = writer.ToString().Split('\n').Select(l => l.TrimEnd()).Where(l => l.Length > 0);
        return string.Join('\n', lines);
    }

    /// <summary>Columns that a text takes in a terminal: two for each wide (East Asian) character, none for combining marks.</summary>
    public static int Columns(string text)
    {
        var columns = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format;
            columns += isMark ? 0 : IsWide(rune.Value) ? 2 : 1;
        }

        return columns;
    }

    /// <summary>The wide blocks of Unicode's EastAsianWidth.txt that matter for text: Hangul, CJK, kana, full-width forms, emoji.</summary>
    private static bool IsWide(int c) =>
        c is (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0xA4CF) or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF)
            or (>= 0xFE30 and <= 0xFE6F) or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6)
            or (>= 0x1F300 and <= 0x1F64F) or (>= 0x1F900 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);

    private static bool IsNumber(string text) => text.Length == 0 || char.IsAsciiDigit(text[0]) || (text.Length > 1 && text[0] is '-' or '+' && char.IsAsciiDigit(text[1]));
}

using System.Globalization;
using Hone.Data;

namespace Hone.Cli;

/// <summary>A row as reports name it.</summary>
/// <param name="File">The end of its file's path; null for any file.</param>
/// <param name="Row">Its number in the file.</param>
internal readonly record struct RowName(string? File, int Row)
{
    /// <exception cref="HoneException">It is not a number, with or without a file before it (exit code 2).</exception>
    public static RowName Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row > 0)
            return new RowName(colon > 0 ? text[..colon] : null, row);
        throw new HoneException(ExitCode.Usage, $"row is '{text}'", null, "use a row's number, or file:number as the reports name it");
    }

    /// <summary>Whether it names the row there.</summary>
    public bool Is(RowLocation location) => location.Row == Row && (File is null || location.File == File
        || location.File.EndsWith('/' + File, StringComparison.Ordinal) || location.File.EndsWith(Path.DirectorySeparatorChar + File, StringComparison.Ordinal));

    public override string ToString() => File is null ? Row.ToString(CultureInfo.InvariantCulture) : $"{File}:{Row}";
}

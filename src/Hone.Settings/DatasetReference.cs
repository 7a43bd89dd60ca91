using System.Globalization;

namespace Hone.Settings;

/// <summary>One entry of <c>dataset</c>: a path, and how many of its rows to take.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Rows">Rows to take; null for all.</param>
public readonly record struct DatasetReference(string Path, int? Rows)
{
    /// <summary>Reads <c>path</c> or <c>path#N</c>. A <c>#</c> that no number follows belongs to the path.</summary>
    public static DatasetReference Parse(string text)
    {
        var mark = text.LastIndexOf('#');
        return mark > 0 && int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            ? new DatasetReference(text[..mark], rows)
            : new DatasetReference(text, null);
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => Rows is null ? Path : string.Create(CultureInfo.InvariantCulture, $"{Path}#{Rows}");
}

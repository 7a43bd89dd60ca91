using System.Reflection;

namespace Hone.TinyModel.Facts;

/// <summary>Reads the texts that are built into the program.</summary>
internal static class Table
{
    /// <summary>The lines of a built-in text, without empty ones at the end.</summary>
    public static string[] Lines(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not built into the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd().Split('\n').Select(line => line.TrimEnd('\r')).ToArray();
    }

    /// <summary>
    /// The rows of <c>World/{name}.table</c>: a line of column names, then one row a line, cells parted by semicolons; a cell
    /// of <c>-</c> is no value.
    /// </summary>
    public static Fact[] Read(string name)
    {
        var lines = Lines($"World/{name}.table");
        var columns = Cells(lines[0]);
        return [.. lines.Skip(1).Select((line, row) => RowOf(name, row, columns, Cells(line)))];
    }

    private static Fact RowOf(string name, int row, string[] columns, string[] cells)
    {
        if (cells.Length != columns.Length)
            throw new FormatException($"World/{name}.table row {row + 2} has {cells.Length} cells, not {columns.Length}.");
        var values = new Dictionary<string, string>();
        foreach (var (column, cell) in columns.Zip(cells))
        {
            // A missing Chinese form is kept as nothing, so that the English one does not take its place.
            if (cell != "-") values[column] = cell;
            else if (column.EndsWith("_zh", StringComparison.Ordinal)) values[column] = "";
        }

        return new Fact($"{name}:{cells[0]}", $"{name}:{cells[0]}", values);
    }

    private static string[] Cells(string line) => [.. line.Split(';').Select(cell => cell.Trim())];
}

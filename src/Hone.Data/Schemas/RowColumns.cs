using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>
/// The columns of a row under the names by which they are known here. Columns without a value are not there; names match in any
/// case. What is asked for is remembered, so that the rest can be told.
/// </summary>
internal sealed class RowColumns
{
    private readonly Dictionary<string, (string Name, JsonElement Value)> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> used = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> displaced = [];

    public RowColumns(JsonElement row, RowMapping mapping)
    {
        Mapping = mapping;
        foreach (var column in row.EnumerateObject())
        {
            if (column.Value.ValueKind == JsonValueKind.Null) continue;
            var name = column.Name;
            var isMapped = mapping.Columns.Count > 0 && mapping.Columns.TryGetValue(name, out _);
            var known = isMapped ? mapping.Columns[name] : name;
            if (columns.TryGetValue(known, out var other))
            {
                // The user's word goes first, then the name that is written as it is known.
                var isBetter = isMapped || (!IsMapped(other.Name) && !name.Any(char.IsUpper));
                displaced.Add(isBetter ? other.Name : name);
                if (!isBetter) continue;
            }

            columns[known] = (name, column.Value);
        }
    }

    public RowMapping Mapping { get; }

    public bool Has(string name) => columns.ContainsKey(name);

    public bool TryTake(string name, out JsonElement value)
    {
        var found = columns.TryGetValue(name, out var column);
        value = column.Value;
        if (found) used.Add(name);
        return found;
    }

    /// <summary>The row's own name of a column, for messages.</summary>
    public string NameOf(string known) => columns[known].Name;

    /// <summary>The text of a column that is there.</summary>
    public string TakeText(string name)
    {
        if (!TryTake(name, out var value)) throw new RowFormatException($"'{name}' is missing");
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 && value[0].ValueKind == JsonValueKind.String) return value[0].GetString()!;
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        throw new RowFormatException(value.ValueKind == JsonValueKind.Array && value.GetArrayLength() != 1
            ? $"'{NameOf(name)}' holds {value.GetArrayLength()} values where one text is needed"
            : $"'{NameOf(name)}' must be a text, this is {RowSchema.Name(value.ValueKind)}");
    }

    /// <summary>
    /// The one column among several names for the same thing. The first name is the plain one and wins; two others beside each
    /// other leave open which is meant.
    /// </summary>
    public string? OneOf(IReadOnlyList<string> names, string meaning)
    {
        if (Has(names[0])) return names[0];
        var found = names.Where(Has).ToList();
        if (found.Count > 1)
        {
            throw new RowFormatException($"{string.Join(" and ", found.Select(f => $"'{NameOf(f)}'"))} could each be the {meaning}; " +
                $"choose with --columns {NameOf(found[0])}={names[0]}");
        }

        return found.FirstOrDefault();
    }

    /// <summary>Names of the columns that nothing asked for.</summary>
    public IReadOnlyList<string> Unused() => [.. columns.Where(c => !used.Contains(c.Key)).Select(c => c.Value.Name), .. displaced];

    /// <summary>All names, shortened, for messages.</summary>
    public string Names()
    {
        var names = columns.Values.Select(c => c.Name.Length > 40 ? c.Name[..40] + "…" : c.Name).Take(12).ToList();
        return names.Count == 0 ? "(none)" : string.Join(", ", names);
    }

    private bool IsMapped(string name) => Mapping.Columns.ContainsKey(name);
}

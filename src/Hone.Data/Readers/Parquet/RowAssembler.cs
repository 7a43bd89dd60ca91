namespace Hone.Data.Readers.Parquet;

/// <summary>
/// Puts rows together from columns. Each column says by its levels where lists begin and what is null; all of them must say the
/// same, which is checked entry by entry.
/// </summary>
internal sealed class RowAssembler(GroupNode root, IReadOnlyList<ColumnCursor> columns, RowWriter row)
{
    /// <summary>Writes the next row's fields.</summary>
    /// <exception cref="InvalidDataException">The columns do not fit each other.</exception>
    public void WriteRow() => WriteFields(root, 0);

    /// <summary>Whether any column has an entry left.</summary>
    public bool HasMore => columns.Any(c => c.HasEntry);

    private void WriteFields(GroupNode group, int repetition)
    {
        foreach (var child in group.Children)
        {
            row.Json.WritePropertyName(child.Name);
            Write(child, repetition);
        }
    }

    /// <summary>Writes a field that is there or null; <paramref name="repetition"/> is the level of its first entry.</summary>
    private void Write(ParquetNode node, int repetition)
    {
        var first = columns[node.Leaves.First];
        if (node.IsOptional && first.Definition < node.Level)
        {
            row.Json.WriteNullValue();
            Pass(node, repetition, node.Level - 1);
            return;
        }

        switch (node)
        {
            case LeafNode leaf:
                first.Expect(repetition, leaf.Level);
                LeafFormat.Write(leaf, first.Values!, row);
                first.Advance();
                break;
            case GroupNode group:
                row.Json.WriteStartObject();
                WriteFields(group, repetition);
                row.Json.WriteEndObject();
                break;
            case ListNode list:
                row.Json.WriteStartArray();
                foreach (var level in Elements(list, list.Repetition, repetition)) Write(list.Element, level);
                row.Json.WriteEndArray();
                break;
            case MapNode map:
                row.Json.WriteStartObject();
                foreach (var level in Elements(map, map.Repetition, repetition)) WritePair(map, level);
                row.Json.WriteEndObject();
                break;
        }
    }

    private void WritePair(MapNode map, int repetition)
    {
        var key = columns[map.Key.Column];
        key.Expect(repetition, map.Key.Level);
        row.Json.WritePropertyName(RowWriter.KeyText(k => LeafFormat.Write(map.Key, key.Values!, k)));
        key.Advance();
        if (map.Value is null) row.Json.WriteNullValue();
        else Write(map.Value, repetition);
    }

    /// <summary>The repetition level that each element of a list or map begins with; none when it is empty.</summary>
    private IEnumerable<int> Elements(ParquetNode node, int own, int outer)
    {
        var first = columns[node.Leaves.First];
        if (first.Definition <= node.Level)
        {
            Pass(node, outer, node.Level);
            yield break;
        }

        yield return outer;
        while (first.HasEntry && first.Repetition == own)
        {
            // Nulls take nothing in the file, but something here.
            if (!row.HasRoomFor(0)) throw new InvalidDataException($"a row is longer than {JsonRow.MaxBytes >> 20} MiB");
            yield return own;
        }
    }

    /// <summary>Moves all columns below a field that is null or empty over it.</summary>
    private void Pass(ParquetNode node, int repetition, int definition)
    {
        for (var i = node.Leaves.First; i < node.Leaves.End; i++)
        {
            columns[i].Expect(repetition, definition);
            columns[i].Advance();
        }
    }
}

namespace Hone.Data.Readers.Parquet;

/// <summary>
/// Builds the tree of a schema. Lists and maps are recognised in all shapes that writers have used
/// (apache/parquet-format, LogicalTypes.md, "Nested types" with its rules for old files).
/// </summary>
internal sealed class ParquetSchema
{
    private const int MaxDepth = 48;

    private readonly IReadOnlyList<SchemaElement> elements;
    private readonly List<LeafNode> leaves = [];
    private int position;

    private ParquetSchema(IReadOnlyList<SchemaElement> elements) => this.elements = elements;

    /// <summary>Reads a schema.</summary>
    /// <exception cref="InvalidDataException">The elements are no tree.</exception>
    public static (GroupNode Root, IReadOnlyList<LeafNode> Leaves) Build(IReadOnlyList<SchemaElement> elements)
    {
        var schema = new ParquetSchema(elements);
        var root = schema.Next();
        if (root.Type is not null || root.Children < 0) throw Wrong();
        var node = schema.Group(root, new Levels(0, 0, false), 0);
        return schema.position == elements.Count ? (node, schema.leaves) : throw Wrong();
    }

    /// <summary>Where a field stands: its levels with its own repetition counted in.</summary>
    private readonly record struct Levels(int Definition, int Repetition, bool IsOptional)
    {
        public Levels Inside => new(Definition + 1, Repetition + 1, false);

        public Levels Of(SchemaElement element) => element.Repetition == Parquet.Repetition.Optional
            ? new Levels(Definition + 1, Repetition, true)
            : this with { IsOptional = false };
    }

    private SchemaElement Next() => position < elements.Count ? elements[position++] : throw Wrong();

    private ParquetNode Field(Levels outer, int depth)
    {
        var element = Next();
        if (element.Repetition != Parquet.Repetition.Repeated) return Plain(element, outer.Of(element), depth);

        // A repeated field without annotation is a list that is never null.
        var here = outer with { IsOptional = false };
        return new ListNode(element.Name, here.Definition, false, here.Inside.Repetition, Plain(element, here.Inside, depth));
    }

    /// <summary>A field whose repetition is accounted for.</summary>
    private ParquetNode Plain(SchemaElement element, Levels levels, int depth)
    {
        if (depth > MaxDepth) throw new NotSupportedException($"its columns are nested deeper than {MaxDepth}");
        if (element.Type is not null) return Leaf(element, levels);
        if (element.Children <= 0) throw new NotSupportedException($"the group '{element.Name}' has no fields");
        var repeated = element.Children == 1 && position < elements.Count && elements[position].Repetition == Parquet.Repetition.Repeated;
        if (repeated && element.Meaning == Meaning.List) return ListOf(element, levels, depth + 1);
        if (repeated && element.Meaning == Meaning.Map && elements[position].Children is 1 or 2) return MapOf(element, levels, depth + 1);
        return Group(element, levels, depth + 1);
    }

    private LeafNode Leaf(SchemaElement element, Levels levels)
    {
        if (element.Type == PhysicalType.FixedBytes && element.Length <= 0) throw Wrong();
        var leaf = new LeafNode(element.Name, levels.Definition, levels.IsOptional, leaves.Count, levels.Repetition, element);
        leaves.Add(leaf);
        return leaf;
    }

    private GroupNode Group(SchemaElement element, Levels levels, int depth)
    {
        var first = leaves.Count;
        var children = new List<ParquetNode>();
        for (var left = element.Children; left > 0; left--) children.Add(Field(levels, depth));
        var twice = children.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw new InvalidDataException($"two of its columns are called '{twice.Key}'");
        return new GroupNode(element.Name, levels.Definition, levels.IsOptional, children, (first, leaves.Count));
    }

    private ListNode ListOf(SchemaElement list, Levels levels, int depth)
    {
        var repeated = Next();
        var inside = levels.Inside;
        var element = IsWrapper(list, repeated) ? Field(inside, depth) : Plain(repeated, inside, depth);
        return new ListNode(list.Name, levels.Definition, levels.IsOptional, inside.Repetition, element);
    }

    /// <summary>Whether the repeated group only stands around the element; in older files it is the element itself.</summary>
    private bool IsWrapper(SchemaElement list, SchemaElement repeated) =>
        repeated.Type is null && repeated.Children == 1 && repeated.Meaning is not (Meaning.List or Meaning.Map)
        && repeated.Name != "array" && repeated.Name != list.Name + "_tuple"
        && position < elements.Count && elements[position].Repetition != Parquet.Repetition.Repeated;

    private MapNode MapOf(SchemaElement map, Levels levels, int depth)
    {
        var pair = Next();
        if (Field(levels.Inside, depth) is not LeafNode key) throw new NotSupportedException($"the keys of the map '{map.Name}' are no plain values");
        var value = pair.Children == 2 ? Field(levels.Inside, depth) : null;
        return new MapNode(map.Name, levels.Definition, levels.IsOptional, levels.Inside.Repetition, key, value);
    }

    private static InvalidDataException Wrong() => ParquetMetadata.Damaged("has a schema that is no tree");
}

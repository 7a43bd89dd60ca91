namespace Hone.Data.Readers.Parquet;

/// <summary>A field of the schema tree, with the levels that say whether it is there (Dremel's encoding).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Level">Definition level from which on it is not null.</param>
/// <param name="IsOptional">Whether it may be null.</param>
/// <param name="Leaves">The columns below it: the first, and one behind the last.</param>
internal abstract record ParquetNode(string Name, int Level, bool IsOptional, (int First, int End) Leaves);

/// <summary>A column of values.</summary>
internal sealed record LeafNode(string Name, int Level, bool IsOptional, int Column, int MaxRepetition, SchemaElement Element)
    : ParquetNode(Name, Level, IsOptional, (Column, Column + 1));

/// <summary>Fields by name.</summary>
internal sealed record GroupNode(string Name, int Level, bool IsOptional, IReadOnlyList<ParquetNode> Children, (int First, int End) Leaves)
    : ParquetNode(Name, Level, IsOptional, Leaves);

/// <summary>Elements in order; <see cref="ParquetNode.Level"/> + 1 is the level of a list that is not empty.</summary>
/// <param name="Repetition">Repetition level of every element but the first.</param>
internal sealed record ListNode(string Name, int Level, bool IsOptional, int Repetition, ParquetNode Element)
    : ParquetNode(Name, Level, IsOptional, Element.Leaves);

/// <summary>Values by key; levels as in a list.</summary>
internal sealed record MapNode(string Name, int Level, bool IsOptional, int Repetition, LeafNode Key, ParquetNode? Value)
    : ParquetNode(Name, Level, IsOptional, (Key.Column, Value?.Leaves.End ?? Key.Column + 1));

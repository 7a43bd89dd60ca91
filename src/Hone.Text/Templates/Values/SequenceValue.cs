namespace Hone.Text.Templates.Values;

/// <summary>A list, tuple, dictionary view, or the result of a filter that gives items one by one.</summary>
internal sealed class SequenceValue(List<object?> items, SequenceKind kind = SequenceKind.List)
{
    private bool walked;

    public List<object?> Items { get; } = items;

    public SequenceKind Kind { get; } = kind;

    public bool IsGenerator => Kind == SequenceKind.Generator;

    /// <summary>Whether it can be indexed and added to its like.</summary>
    public bool IsListOrTuple => Kind is SequenceKind.List or SequenceKind.Tuple;

    public static SequenceValue Pair(object? first, object? second) => new([first, second], SequenceKind.Tuple);

    /// <summary>The items to walk over: those of a generator come only once.</summary>
    public List<object?> Walk()
    {
        if (!IsGenerator) return Items;
        var first = !walked;
        walked = true;
        return first ? Items : [];
    }
}

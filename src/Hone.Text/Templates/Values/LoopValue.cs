using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>The variable <c>loop</c>. It looks ahead only when it is asked, since a loop's filter may depend on the loop's body.</summary>
internal sealed class LoopValue : CallableValue
{
    private static readonly object Unknown = new();
    private readonly IEnumerator<object?> source;
    private readonly Func<object?, int, string>? recurse;
    private readonly int depth;
    private readonly Queue<object?> ahead = new();
    private int? length;
    private object? before;
    private object? current;
    private object?[]? lastChanged;

    /// <param name="source">The items.</param>
    /// <param name="length">How many they are, when that is known beforehand.</param>
    /// <param name="depth">How many loops of the same recursion are around this one.</param>
    /// <param name="recurse">Renders the loop again for other items; null when the loop isn't recursive.</param>
    public LoopValue(IEnumerator<object?> source, int? length, int depth, Func<object?, int, string>? recurse)
    {
        this.source = source;
        this.length = length;
        this.depth = depth;
        this.recurse = recurse;
    }

    /// <summary>How many items there are in all. Needs to see all of them when there is a filter.</summary>
    public int Length
    {
        get
        {
            if (length is { } known) return known;
            while (source.MoveNext()) ahead.Enqueue(source.Current);
            return (length = Index + 1 + ahead.Count).Value;
        }
    }

    /// <summary>The index from 0 of the current item; -1 before the first.</summary>
    private int Index { get; set; } = -1;

    public bool MoveNext(out object? item)
    {
        item = null;
        if (ahead.Count > 0) item = ahead.Dequeue();
        else if (source.MoveNext()) item = source.Current;
        else return false;
        Index++;
        (before, current) = (current, item);
        return true;
    }

    public bool TryAttribute(string name, out object? value)
    {
        value = name switch
        {
            "index0" => (long)Index,
            "index" => Index + 1L,
            "first" => PythonTruth.Box(Index == 0),
            "last" => PythonTruth.Box(!PeekAhead()),
            "length" => (long)Length,
            "revindex0" => (long)Length - Index - 1,
            "revindex" => (long)Length - Index,
            "depth0" => (long)depth,
            "depth" => depth + 1L,
            "previtem" => Index == 0 ? new Undefined("there is no previous item") : before,
            "nextitem" => PeekAhead() ? ahead.Peek() : new Undefined("there is no next item"),
            "cycle" => new NativeFunction((_, arguments) => Cycle(arguments)),
            "changed" => new NativeFunction(Changed),
            _ => Unknown,
        };
        return !ReferenceEquals(value, Unknown);
    }

    public override object? Call(Rendering rendering, Arguments arguments)
    {
        if (recurse is null) throw new TemplateFailure("the loop must have the 'recursive' marker to be called");
        return recurse(arguments.Bind("loop", 1, "iterable")[0], depth + 1);
    }

    private bool PeekAhead()
    {
        if (ahead.Count > 0) return true;
        if (!source.MoveNext()) return false;
        ahead.Enqueue(source.Current);
        return true;
    }

    private object? Cycle(Arguments arguments)
    {
        if (arguments.Positional.Length == 0) throw new TemplateFailure("no items for cycling given");
        return arguments.Positional[Index % arguments.Positional.Length];
    }

    private object? Changed(Rendering rendering, Arguments arguments)
    {
        var same = lastChanged is not null && lastChanged.Length == arguments.Positional.Length
            && lastChanged.Zip(arguments.Positional).All(pair => PythonEquality.AreEqual(rendering, pair.First, pair.Second));
        lastChanged = arguments.Positional;
        return PythonTruth.Box(!same);
    }
}

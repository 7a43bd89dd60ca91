using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The methods of lists and tuples. They change only what the rendering made for itself, never the caller's data.</summary>
internal static class ListMethods
{
    private static readonly Dictionary<string, Method<SequenceValue>> OfBoth = new()
    {
        ["index"] = (rendering, list, arguments) => (long)Find(rendering, list, arguments.Bind("index", 1, "value")[0]),
        ["count"] = (rendering, list, arguments) => Count(rendering, list, arguments.Bind("count", 1, "value")[0]),
    };

    private static readonly Dictionary<string, Method<SequenceValue>> OfLists = new()
    {
        ["append"] = (_, list, arguments) => Append(list, arguments),
        ["extend"] = Extend,
        ["insert"] = Insert,
        ["pop"] = Pop,
        ["remove"] = Remove,
        ["reverse"] = Reverse,
        ["clear"] = (_, list, _) => Clear(list),
        ["copy"] = Copy,
        ["sort"] = Sort,
    };

    public static Method<SequenceValue>? Find(SequenceKind kind, string name) =>
        OfBoth.GetValueOrDefault(name) ?? (kind == SequenceKind.List ? OfLists.GetValueOrDefault(name) : null);

    private static object? Append(SequenceValue list, Arguments arguments)
    {
        list.Items.Add(arguments.Bind("append", 1, "object")[0]);
        return null;
    }

    private static object? Extend(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        list.Items.AddRange(Iteration.Items(rendering, arguments.Bind("extend", 1, "iterable")[0]).ToArray());
        return null;
    }

    private static object? Insert(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        var bound = arguments.Bind("insert", 2, "index", "object");
        rendering.Charge(list.Items.Count >> 3);
        long index = bound.Integer(0, 0);
        if (index < 0) index += list.Items.Count;
        list.Items.Insert((int)Math.Clamp(index, 0, list.Items.Count), bound[1]);
        return null;
    }

    private static object? Pop(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        long index = arguments.Bind("pop", 0, "index").Integer(0, -1);
        rendering.Charge(list.Items.Count >> 3);
        if (list.Items.Count == 0) throw new TemplateFailure("pop from empty list");
        if (index < 0) index += list.Items.Count;
        if (index < 0 || index >= list.Items.Count) throw new TemplateFailure("pop index out of range");
        var item = list.Items[(int)index];
        list.Items.RemoveAt((int)index);
        return item;
    }

    private static object? Remove(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        list.Items.RemoveAt(Find(rendering, list, arguments.Bind("remove", 1, "value")[0]));
        return null;
    }

    private static object? Reverse(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        rendering.Charge(list.Items.Count);
        list.Items.Reverse();
        return null;
    }

    private static object? Clear(SequenceValue list)
    {
        list.Items.Clear();
        return null;
    }

    private static SequenceValue Copy(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        rendering.Charge(list.Items.Count);
        return new SequenceValue([.. list.Items]);
    }

    private static object? Sort(Rendering rendering, SequenceValue list, Arguments arguments)
    {
        var bound = arguments.Bind("sort", 0, "reverse");
        var sign = bound.Truth(0, false) ? -1 : 1;
        var sorted = PythonOrder.Sort(list.Items, (a, b) => sign * PythonOrder.Compare(rendering, a, b));
        list.Items.Clear();
        list.Items.AddRange(sorted);
        return null;
    }

    private static long Count(Rendering rendering, SequenceValue list, object? wanted) =>
        list.Items.Count(item => PythonEquality.AreEqual(rendering, item, wanted));

    private static int Find(Rendering rendering, SequenceValue list, object? wanted)
    {
        var index = list.Items.FindIndex(item => PythonEquality.AreEqual(rendering, item, wanted));
        return index >= 0 ? index : throw new TemplateFailure("the value is not in the list");
    }
}

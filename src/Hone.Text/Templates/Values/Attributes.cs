using Hone.Text.Templates.Builtins;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Jinja's <c>value.name</c> and <c>value[key]</c>: each falls back on the other.</summary>
internal static class Attributes
{
    /// <summary>An attribute, else an item of that name, else undefined.</summary>
    public static object? Get(Rendering rendering, object? value, string name)
    {
        if (value is Undefined missing) throw missing.Failure();
        if (TryGetAttribute(value, name, out var found) || Indexing.TryGet(rendering, value, name, out found)) return found;
        return new Undefined(value, name);
    }

    /// <summary>An item, else an attribute of that name, else undefined.</summary>
    public static object? GetItem(Rendering rendering, object? value, object? key)
    {
        if (value is Undefined missing) throw missing.Failure();
        if (Indexing.TryGet(rendering, value, key, out var found)) return found;
        if (key is string name && TryGetAttribute(value, name, out found)) return found;
        return new Undefined(value, key);
    }

    private static bool TryGetAttribute(object? value, string name, out object? found)
    {
        if (value is LoopValue loop) return loop.TryAttribute(name, out found);
        if (value is NamespaceValue space) return space.Attributes.TryGet(name, out found);
        found = value switch
        {
            DictValue dict => DictMethods.Find(name) is { } method ? new BoundMethod<DictValue>(dict, method) : null,
            string text => TextMethods.Find(name) is { } method ? new BoundMethod<string>(text, method) : null,
            SequenceValue { IsListOrTuple: true } list => ListMethods.Find(list.Kind, name) is { } method ? new BoundMethod<SequenceValue>(list, method) : null,
            CyclerValue cycler => cycler.Attribute(name),
            MacroValue macro => macro.Attribute(name),
            _ => null,
        };
        return found is not null;
    }
}

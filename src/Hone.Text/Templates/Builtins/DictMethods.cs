using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The methods of dictionaries.</summary>
internal static class DictMethods
{
    private static readonly Dictionary<string, Method<DictValue>> All = new()
    {
        ["items"] = (rendering, dict, _) => Items(rendering, dict, SequenceKind.Items),
        ["keys"] = (rendering, dict, _) => View(rendering, dict, dict.Keys, SequenceKind.Keys),
        ["values"] = (rendering, dict, _) => View(rendering, dict, dict.Values, SequenceKind.Values),
        ["get"] = Get,
        ["copy"] = (rendering, dict, _) => Copy(rendering, dict),
        ["pop"] = Pop,
        ["setdefault"] = SetDefault,
        ["update"] = Update,
        ["clear"] = (_, dict, _) => Clear(dict),
    };

    public static Method<DictValue>? Find(string name) => All.GetValueOrDefault(name);

    public static SequenceValue Items(Rendering rendering, DictValue dict, SequenceKind kind)
    {
        rendering.Charge(dict.Count);
        return new SequenceValue([.. dict.Pairs.Select(pair => SequenceValue.Pair(pair.Key, pair.Value))], kind);
    }

    /// <summary>Takes over the entries of a mapping, or of a sequence of pairs.</summary>
    public static void Merge(Rendering rendering, DictValue target, object? source)
    {
        if (source is NamespaceValue space) source = space.Attributes;
        if (source is DictValue dict)
        {
            rendering.Charge(dict.Count);
            foreach (var (key, value) in dict.Pairs.ToList())
            {
                rendering.ChargeKey(key);
                target.Set(key, value);
            }

            return;
        }

        foreach (var item in Iteration.Items(rendering, source))
        {
            var pair = Iteration.Items(rendering, item);
            if (pair.Count != 2) throw new TemplateFailure("a dictionary is made of pairs");
            rendering.ChargeKey(pair[0]);
            target.Set(pair[0], pair[1]);
        }
    }

    private static SequenceValue View(Rendering rendering, DictValue dict, IEnumerable<object?> items, SequenceKind kind)
    {
        rendering.Charge(dict.Count);
        return new SequenceValue([.. items], kind);
    }

    private static object? Get(Rendering rendering, DictValue dict, Arguments arguments)
    {
        var bound = arguments.Bind("get", 1, "key", "default");
        rendering.ChargeKey(bound[0]);
        return dict.TryGet(bound[0], out var value) ? value : bound[1];
    }

    private static DictValue Copy(Rendering rendering, DictValue dict)
    {
        rendering.Charge(dict.Count);
        return dict.Copy();
    }

    private static object? Pop(Rendering rendering, DictValue dict, Arguments arguments)
    {
        var bound = arguments.Bind("pop", 1, "key", "default");
        rendering.ChargeKey(bound[0]);
        rendering.Charge(dict.Count >> 3);
        if (dict.Remove(bound[0], out var value)) return value;
        return bound.Has(1) ? bound[1] : throw new TemplateFailure($"KeyError: {PythonText.Repr(rendering, bound[0])}");
    }

    private static object? SetDefault(Rendering rendering, DictValue dict, Arguments arguments)
    {
        var bound = arguments.Bind("setdefault", 1, "key", "default");
        rendering.ChargeKey(bound[0]);
        if (dict.TryGet(bound[0], out var value)) return value;
        dict.Set(bound[0], bound[1]);
        return bound[1];
    }

    private static object? Update(Rendering rendering, DictValue dict, Arguments arguments)
    {
        if (arguments.Positional.Length > 1) throw new TemplateFailure("update() takes one positional argument at most");
        if (arguments.Positional is [var source]) Merge(rendering, dict, source);
        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        return null;
    }

    private static object? Clear(DictValue dict)
    {
        dict.Clear();
        return null;
    }
}

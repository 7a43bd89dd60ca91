using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The functions that every template knows.</summary>
internal static class Globals
{
    private static readonly Dictionary<string, NativeFunction> Functions = new()
    {
        ["raise_exception"] = new(RaiseException),
        ["strftime_now"] = new((rendering, arguments) => TimeText.Format(rendering, rendering.Now, arguments.Bind("strftime_now", 1, "format").Text(0))),
        ["namespace"] = new((rendering, arguments) => new NamespaceValue(MakeDict(rendering, arguments))),
        ["dict"] = new(MakeDict),
        ["range"] = new(MakeRange),
        ["cycler"] = new(MakeCycler),
        ["joiner"] = new(MakeJoiner),
    };

    public static NativeFunction? Find(string name) => Functions.GetValueOrDefault(name);

    private static object? RaiseException(Rendering rendering, Arguments arguments) => throw new TemplateFailure(
        PythonText.Str(rendering, arguments.Bind("raise_exception", 1, "message")[0]), raisedByTemplate: true);

    private static DictValue MakeDict(Rendering rendering, Arguments arguments)
    {
        var dict = new DictValue(arguments.Named.Length);
        if (arguments.Positional.Length > 1) throw new TemplateFailure("dict() takes one positional argument at most");
        if (arguments.Positional is [var source]) DictMethods.Merge(rendering, dict, source);
        foreach (var (name, value) in arguments.Named) dict.Set(name, value);
        return dict;
    }

    private static RangeValue MakeRange(Rendering rendering, Arguments arguments)
    {
        var bound = arguments.Bind("range", 1, "start", "stop", "step");
        long start = bound.Has(1) ? bound.Integer(0, 0) : 0;
        long stop = bound.Integer(bound.Has(1) ? 1 : 0, 0);
        long step = bound.Integer(2, 1);
        if (step == 0) throw new TemplateFailure("range() arg 3 must not be zero");
        var distance = step > 0 ? stop - start : start - stop;
        var count = distance <= 0 ? 0 : ((distance - 1) / Math.Abs(step)) + 1;
        if (count > Limits.RangeLength) throw new TemplateFailure($"range too big, the maximum is {Limits.RangeLength} items");
        return new RangeValue(start, stop, step, (int)count);
    }

    private static CyclerValue MakeCycler(Rendering rendering, Arguments arguments) => arguments.Positional.Length > 0
        ? new CyclerValue(arguments.Positional)
        : throw new TemplateFailure("cycler() needs at least one item");

    private static NativeFunction MakeJoiner(Rendering rendering, Arguments arguments)
    {
        var bound = arguments.Bind("joiner", 0, "sep");
        var separator = bound.Has(0) ? bound[0] : ", ";
        var used = false;
        return new NativeFunction((_, _) =>
        {
            var result = used ? separator : "";
            used = true;
            return result;
        });
    }
}

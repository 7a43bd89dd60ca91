using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Filters that take another filter or a test to every item.</summary>
internal static class SelectionFilters
{
    public static object? Map(Rendering rendering, object? value, Arguments arguments)
    {
        if (arguments.Positional.Length == 0 && arguments.Named.Any(argument => argument.Key == "attribute"))
        {
            var bound = arguments.Bind("map", 0, "attribute", "default");
            var path = new AttributePath(bound[0]);
            return Each(rendering, value, item => path.Of(rendering, item, bound[1]));
        }

        if (arguments.Positional.Length == 0) throw new TemplateFailure("map requires a filter argument");
        var (name, rest) = SplitName(arguments, 0);
        var filter = Filters.Find(name) ?? throw new TemplateFailure($"no filter named '{name}'");
        return Each(rendering, value, item => Nested(rendering, () => filter(rendering, item, rest)));
    }

    public static object? Select(Rendering rendering, object? value, Arguments arguments, bool byAttribute, bool keeps)
    {
        if (byAttribute && arguments.Positional.Length == 0) throw new TemplateFailure("the attribute's name is missing");
        var path = new AttributePath(byAttribute ? arguments.Positional[0] : null);
        Func<object?, bool> holds = PythonTruth.Of;
        var first = byAttribute ? 1 : 0;
        if (arguments.Positional.Length > first)
        {
            var (name, rest) = SplitName(arguments, first);
            var test = Tests.Find(name) ?? throw new TemplateFailure($"no test named '{name}'");
            holds = item => test(rendering, item, rest);
        }

        var kept = Iteration.Items(rendering, value).Where(item => holds(path.Of(rendering, item)) == keeps);
        return new SequenceValue([.. kept], SequenceKind.Generator);
    }

    private static (string Name, Arguments Others) SplitName(Arguments arguments, int index) =>
        (arguments.Positional[index] as string ?? throw new TemplateFailure("the name of a filter or test must be a string"),
            new Arguments(arguments.Positional[(index + 1)..], arguments.Named));

    private static SequenceValue Each(Rendering rendering, object? value, Func<object?, object?> map) =>
        new([.. Iteration.Items(rendering, value).Select(map)], SequenceKind.Generator);

    private static object? Nested(Rendering rendering, Func<object?> call)
    {
        rendering.Enter();
        var result = call();
        rendering.Leave();
        return result;
    }
}

using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>What stands behind <c>|</c>.</summary>
internal delegate object? Filter(Rendering rendering, object? value, Arguments arguments);

/// <summary>Jinja's filters.</summary>
internal static class Filters
{
    private static readonly Dictionary<string, Filter> All = new()
    {
        ["tojson"] = JsonText.Filter,
        ["default"] = Default,
        ["d"] = Default,
        ["string"] = (rendering, value, _) => PythonText.Str(rendering, value),
        // Nothing is escaped unless a template asks for it, so there is nothing to mark as safe.
        ["safe"] = (rendering, value, _) => PythonText.Str(rendering, value),
        ["length"] = (rendering, value, _) => (long)Iteration.Length(rendering, value),
        ["count"] = (rendering, value, _) => (long)Iteration.Length(rendering, value),
        ["attr"] = (rendering, value, arguments) => Attributes.Get(rendering, value, arguments.Bind("attr", 1, "name").Text(0)),
        ["upper"] = TextFilters.Method("upper"),
        ["lower"] = TextFilters.Method("lower"),
        ["capitalize"] = TextFilters.Method("capitalize"),
        ["trim"] = TextFilters.Method("strip"),
        ["title"] = TextFilters.Title,
        ["replace"] = TextFilters.Replace,
        ["indent"] = TextFilters.Indent,
        ["center"] = TextFilters.Center,
        ["escape"] = TextFilters.Escape,
        ["e"] = TextFilters.Escape,
        ["forceescape"] = TextFilters.Escape,
        ["format"] = TextFilters.Format,
        ["truncate"] = TextFilters.Truncate,
        ["wordcount"] = TextFilters.CountWords,
        ["urlencode"] = TextFilters.UrlEncode,
        ["abs"] = NumberFilters.Absolute,
        ["int"] = NumberFilters.Integer,
        ["float"] = NumberFilters.Float,
        ["round"] = NumberFilters.Round,
        ["sum"] = NumberFilters.Sum,
        ["list"] = (rendering, value, _) => new SequenceValue([.. Iteration.Items(rendering, value)]),
        ["first"] = SequenceFilters.First,
        ["last"] = SequenceFilters.Last,
        ["join"] = SequenceFilters.Join,
        ["items"] = SequenceFilters.Items,
        ["dictsort"] = OrderFilters.SortDict,
        ["sort"] = OrderFilters.Sort,
        ["min"] = (rendering, value, arguments) => OrderFilters.Extreme(rendering, value, arguments, 1),
        ["max"] = (rendering, value, arguments) => OrderFilters.Extreme(rendering, value, arguments, -1),
        ["unique"] = OrderFilters.Unique,
        ["groupby"] = OrderFilters.GroupBy,
        ["reverse"] = SequenceFilters.Reverse,
        ["batch"] = SequenceFilters.Batch,
        ["slice"] = SequenceFilters.Slice,
        ["map"] = SelectionFilters.Map,
        ["select"] = (rendering, value, arguments) => SelectionFilters.Select(rendering, value, arguments, byAttribute: false, keeps: true),
        ["reject"] = (rendering, value, arguments) => SelectionFilters.Select(rendering, value, arguments, byAttribute: false, keeps: false),
        ["selectattr"] = (rendering, value, arguments) => SelectionFilters.Select(rendering, value, arguments, byAttribute: true, keeps: true),
        ["rejectattr"] = (rendering, value, arguments) => SelectionFilters.Select(rendering, value, arguments, byAttribute: true, keeps: false),
    };

    public static Filter? Find(string name) => All.GetValueOrDefault(name);

    private static object? Default(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("default", 0, "default_value", "boolean");
        var replaces = value is Undefined || (bound.Truth(1, false) && !PythonTruth.Of(value));
        return !replaces ? value : bound.Has(0) ? bound[0] : "";
    }
}

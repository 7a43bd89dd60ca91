using System.Numerics;
using Hone.Text.Templates.Nodes;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>What stands behind <c>is</c>.</summary>
internal delegate bool Test(Rendering rendering, object? value, Arguments arguments);

/// <summary>Jinja's tests.</summary>
internal static class Tests
{
    private static readonly Dictionary<string, Test> All = new()
    {
        ["defined"] = Plain(value => value is not Undefined),
        ["undefined"] = Plain(value => value is Undefined),
        ["none"] = Plain(value => value is null),
        ["boolean"] = Plain(value => value is bool),
        ["true"] = Plain(value => value is true),
        ["false"] = Plain(value => value is false),
        ["integer"] = Plain(value => value is long or BigInteger),
        ["float"] = Plain(value => value is double),
        ["number"] = Plain(Arithmetic.IsNumber),
        ["string"] = Plain(value => value is string),
        ["mapping"] = Plain(value => value is DictValue),
        ["sequence"] = Plain(value => value is string or DictValue or RangeValue or Undefined or SequenceValue { IsListOrTuple: true }),
        ["iterable"] = Plain(Iteration.IsIterable),
        ["callable"] = Plain(value => value is CallableValue or Undefined),
        ["escaped"] = Plain(_ => false),
        ["lower"] = (rendering, value, _) => IsCased(Read(rendering, value), char.IsLower, char.IsUpper),
        ["upper"] = (rendering, value, _) => IsCased(Read(rendering, value), char.IsUpper, char.IsLower),
        ["odd"] = (rendering, value, _) => Remainder(rendering, value, 2L) is 1L or 1.0,
        ["even"] = (rendering, value, _) => Remainder(rendering, value, 2L) is 0L or 0.0,
        ["divisibleby"] = (rendering, value, arguments) => Remainder(rendering, value, arguments.Bind("divisibleby", 1, "num")[0]) is 0L or 0.0,
        ["sameas"] = (_, value, arguments) => IsSame(value, arguments.Bind("sameas", 1, "other")[0]),
        ["filter"] = (_, value, _) => value is string name && Filters.Find(name) is not null,
        ["test"] = (_, value, _) => value is string name && Find(name) is not null,
        ["in"] = Compares("in"),
        ["eq"] = Compares("=="),
        ["equalto"] = Compares("=="),
        ["=="] = Compares("=="),
        ["ne"] = Compares("!="),
        ["!="] = Compares("!="),
        ["lt"] = Compares("<"),
        ["lessthan"] = Compares("<"),
        ["<"] = Compares("<"),
        ["le"] = Compares("<="),
        ["<="] = Compares("<="),
        ["gt"] = Compares(">"),
        ["greaterthan"] = Compares(">"),
        [">"] = Compares(">"),
        ["ge"] = Compares(">="),
        [">="] = Compares(">="),
    };

    public static Test? Find(string name) => All.GetValueOrDefault(name);

    public static bool IsCased(string text, Predicate<char> wanted, Predicate<char> unwanted) =>
        text.Any(c => wanted(c)) && !text.Any(c => unwanted(c));

    private static string Read(Rendering rendering, object? value)
    {
        var text = PythonText.Str(rendering, value);
        rendering.ChargeText(text.Length * 4L);
        return text;
    }

    private static Test Plain(Predicate<object?> holds) => (_, value, arguments) =>
    {
        arguments.Bind("test", 0);
        return holds(value);
    };

    private static Test Compares(string operation) => (rendering, value, arguments) =>
        Comparison.Holds(rendering, operation, value, arguments.Bind(operation, 1, "other")[0]);

    private static object Remainder(Rendering rendering, object? value, object? divisor) =>
        Arithmetic.Numeric(rendering, "%", value, divisor);

    private static bool IsSame(object? a, object? b) => ReferenceEquals(a, b) || (a, b) switch
    {
        (bool x, bool y) => x == y,
        (long x, long y) => x == y,
        (string x, string y) => x == y,
        _ => false,
    };
}

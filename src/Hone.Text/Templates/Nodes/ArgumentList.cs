using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>The arguments as written: <c>(a, name=b, *rest, **more)</c>.</summary>
internal sealed class ArgumentList(
    Expression[] positional, (string Name, Expression Value)[] named, Expression? rest, Expression? moreNamed)
{
    public static readonly ArgumentList None = new([], [], null, null);

    public Arguments Evaluate(Rendering rendering, Scope scope)
    {
        if (positional.Length == 0 && named.Length == 0 && rest is null && moreNamed is null) return Arguments.None;
        var values = new object?[positional.Length];
        for (var i = 0; i < values.Length; i++) values[i] = positional[i].Evaluate(rendering, scope);
        var pairs = named.Length == 0 ? [] : new KeyValuePair<string, object?>[named.Length];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = new(named[i].Name, named[i].Value.Evaluate(rendering, scope));
        if (rest is not null) values = [.. values, .. Iteration.Items(rendering, rest.Evaluate(rendering, scope))];
        if (moreNamed is not null) pairs = [.. pairs, .. Unpack(rendering, moreNamed.Evaluate(rendering, scope))];
        return new Arguments(values, pairs);
    }

    private static List<KeyValuePair<string, object?>> Unpack(Rendering rendering, object? value)
    {
        if (value is not DictValue dict) throw new TemplateFailure("the argument after ** must be a mapping");
        rendering.Charge(dict.Count);
        var pairs = new List<KeyValuePair<string, object?>>(dict.Count);
        foreach (var (key, item) in dict.Pairs)
            pairs.Add(new(key as string ?? throw new TemplateFailure("keywords must be strings"), item));
        return pairs;
    }
}

using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>A text, number, true, false or none.</summary>
internal sealed class Constant(object? value) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) => value;
}

/// <summary><c>[a, b]</c> or <c>(a, b)</c>.</summary>
internal sealed class SequenceLiteral(Expression[] items, SequenceKind kind) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var values = new List<object?>(items.Length);
        foreach (var item in items) values.Add(item.Evaluate(rendering, scope));
        return new SequenceValue(values, kind);
    }
}

/// <summary><c>{key: value}</c>.</summary>
internal sealed class DictLiteral((Expression Key, Expression Value)[] entries) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var dict = new DictValue(entries.Length);
        foreach (var (key, value) in entries)
        {
            var name = key.Evaluate(rendering, scope);
            rendering.ChargeKey(name);
            dict.Set(name, value.Evaluate(rendering, scope));
        }

        return dict;
    }
}

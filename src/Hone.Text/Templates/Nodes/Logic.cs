using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>a and b</c>: the first false one, else the last.</summary>
internal sealed class And(Expression left, Expression right) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var value = left.Evaluate(rendering, scope);
        return PythonTruth.Of(value) ? right.Evaluate(rendering, scope) : value;
    }
}

/// <summary><c>a or b</c>: the first true one, else the last.</summary>
internal sealed class Or(Expression left, Expression right) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var value = left.Evaluate(rendering, scope);
        return PythonTruth.Of(value) ? value : right.Evaluate(rendering, scope);
    }
}

/// <summary><c>not a</c>.</summary>
internal sealed class Not(Expression operand) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) =>
        PythonTruth.Box(!PythonTruth.Of(operand.Evaluate(rendering, scope)));
}

/// <summary><c>a if condition else b</c>; undefined when the condition is false and there is no else.</summary>
internal sealed class Conditional(Expression condition, Expression then, Expression? otherwise) : Expression
{
    private static readonly Undefined Nothing =
        new("the inline if-expression evaluated to false and no else section was defined");

    protected override object? Compute(Rendering rendering, Scope scope) =>
        PythonTruth.Of(condition.Evaluate(rendering, scope))
            ? then.Evaluate(rendering, scope)
            : otherwise is null ? Nothing : otherwise.Evaluate(rendering, scope);
}

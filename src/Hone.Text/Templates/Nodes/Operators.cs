using Hone.Text.Templates.Builtins;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>a + b</c> and its like.</summary>
internal sealed class Binary(string operation, Expression left, Expression right) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var a = left.Evaluate(rendering, scope);
        var b = right.Evaluate(rendering, scope);
        return operation switch
        {
            "+" => Arithmetic.Add(rendering, a, b),
            "*" => Arithmetic.Multiply(rendering, a, b),
            "%" when a is string format => PercentFormat.Apply(rendering, format, b),
            _ => Arithmetic.Numeric(rendering, operation, a, b),
        };
    }
}

/// <summary><c>-a</c>.</summary>
internal sealed class Negative(Expression operand) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) => Arithmetic.Negate(operand.Evaluate(rendering, scope));
}

/// <summary><c>+a</c>.</summary>
internal sealed class Positive(Expression operand) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) => Arithmetic.Plus(operand.Evaluate(rendering, scope));
}

/// <summary><c>a ~ b ~ c</c>: the texts of all, end to end.</summary>
internal sealed class Concatenation(Expression[] parts) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var texts = new string[parts.Length];
        var length = 0L;
        for (var i = 0; i < parts.Length; i++)
        {
            texts[i] = PythonText.Str(rendering, parts[i].Evaluate(rendering, scope));
            length += texts[i].Length;
        }

        rendering.Reserve(length);
        return string.Concat(texts);
    }
}

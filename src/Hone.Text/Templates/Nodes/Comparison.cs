using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>A chain such as <c>a &lt; b &lt;= c</c>: true when each link is, and evaluated only as far as needed.</summary>
internal sealed class Comparison(Expression first, (string Operation, Expression Operand)[] links) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope)
    {
        var left = first.Evaluate(rendering, scope);
        foreach (var (operation, operand) in links)
        {
            var right = operand.Evaluate(rendering, scope);
            if (!Holds(rendering, operation, left, right)) return PythonTruth.False;
            left = right;
        }

        return PythonTruth.True;
    }

    public static bool Holds(Rendering rendering, string operation, object? left, object? right)
    {
        switch (operation)
        {
            case "==": return PythonEquality.AreEqual(rendering, left, right);
            case "!=": return !PythonEquality.AreEqual(rendering, left, right);
            case "in": return Iteration.Contains(rendering, right, left);
            case "not in": return !Iteration.Contains(rendering, right, left);
        }

        if (left is double.NaN || right is double.NaN) return false;
        var order = PythonOrder.Compare(rendering, left, right, operation);
        return operation switch
        {
            "<" => order < 0,
            "<=" => order <= 0,
            ">" => order > 0,
            _ => order >= 0,
        };
    }
}

using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>Text that is written as it is.</summary>
internal sealed class LiteralText(string text) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        rendering.Write(text);
        return Flow.Next;
    }
}

/// <summary><c>{{ value }}</c>.</summary>
internal sealed class Output(Expression value) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        rendering.Write(PythonText.Str(rendering, value.Evaluate(rendering, scope)));
        return Flow.Next;
    }
}

/// <summary><c>{% set a = value %}</c>.</summary>
internal sealed class Set(Target target, Expression value) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        target.Assign(rendering, scope, value.Evaluate(rendering, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% break %}</c> and <c>{% continue %}</c>.</summary>
internal sealed class LoopControl(Flow flow) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope) => flow;
}

/// <summary><c>{% if %}</c> with all its branches; the condition of <c>else</c> is null.</summary>
internal sealed class If((Expression? Condition, Statement[] Body)[] branches) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        foreach (var (condition, body) in branches)
        {
            if (condition is null || PythonTruth.Of(condition.Evaluate(rendering, scope))) return Run(body, rendering, scope);
        }

        return Flow.Next;
    }
}

using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>{% set a %}…{% endset %}</c>, perhaps filtered.</summary>
internal sealed class SetBlock(Target target, FilterCall? filter, Statement[] body) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        var text = rendering.Capture(body, new Scope(scope));
        target.Assign(rendering, scope, filter is null ? text : filter.ApplyToText(rendering, scope, text));
        return Flow.Next;
    }
}

/// <summary><c>{% filter name %}…{% endfilter %}</c>.</summary>
internal sealed class FilterBlock(FilterCall filter, Statement[] body) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        var inner = new Scope(scope);
        var text = rendering.Capture(body, inner);
        rendering.Write(PythonText.Str(rendering, filter.ApplyToText(rendering, inner, text)));
        return Flow.Next;
    }
}

/// <summary><c>{% macro name(…) %}…{% endmacro %}</c>.</summary>
internal sealed class Macro(Target target, MacroDefinition definition) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        target.Assign(rendering, scope, new MacroValue(definition, scope));
        return Flow.Next;
    }
}

/// <summary><c>{% call f(…) %}…{% endcall %}</c>.</summary>
internal sealed class CallBlock(Call call, MacroDefinition body) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        var value = call.InvokeWithCaller(rendering, scope, new MacroValue(body, scope));
        rendering.Write(PythonText.Str(rendering, value));
        return Flow.Next;
    }
}

/// <summary><c>{% with a = value %}…{% endwith %}</c>. The values see the scope outside.</summary>
internal sealed class With((Target Target, Expression Value)[] assignments, Statement[] body) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var (target, value) in assignments) target.Assign(rendering, inner, value.Evaluate(rendering, scope));
        return Run(body, rendering, inner);
    }
}

/// <summary><c>{% generation %}…{% endgeneration %}</c>: what the assistant said.</summary>
internal sealed class Generation(Statement[] body) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope)
    {
        rendering.Generate(body, new Scope(scope));
        return Flow.Next;
    }
}

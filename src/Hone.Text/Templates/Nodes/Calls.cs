using Hone.Text.Templates.Builtins;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>f(…)</c>.</summary>
internal sealed class Call(Expression function, ArgumentList arguments) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) =>
        Invoke(rendering, function.Evaluate(rendering, scope), arguments.Evaluate(rendering, scope));

    /// <summary>Calls with the body of a call block as the further argument <c>caller</c>.</summary>
    public object? InvokeWithCaller(Rendering rendering, Scope scope, MacroValue caller)
    {
        var target = function.Evaluate(rendering, scope);
        var given = arguments.Evaluate(rendering, scope);
        return Invoke(rendering, target, new Arguments(given.Positional, [.. given.Named, new("caller", caller)]));
    }

    private static object? Invoke(Rendering rendering, object? target, Arguments arguments) => target switch
    {
        CallableValue callable => callable.Call(rendering, arguments),
        Undefined missing => throw missing.Failure(),
        _ => throw new TemplateFailure($"'{TypeNames.Of(target)}' object is not callable"),
    };
}

/// <summary><c>a | name(…)</c>. In a filter block <paramref name="input"/> is null and the block's text comes first.</summary>
internal sealed class FilterCall(Expression? input, string name, ArgumentList arguments) : Expression
{
    private readonly Filter? filter = Filters.Find(name);

    protected override object? Compute(Rendering rendering, Scope scope) =>
        Apply(rendering, scope, input?.Evaluate(rendering, scope));

    /// <summary>Filters the text of a filter block; a chain of filters ends at the one without an input.</summary>
    public object? ApplyToText(Rendering rendering, Scope scope, string text)
    {
        rendering.Enter();
        var value = input is FilterCall inner ? inner.ApplyToText(rendering, scope, text) : text;
        var result = Apply(rendering, scope, value);
        rendering.Leave();
        return result;
    }

    private object? Apply(Rendering rendering, Scope scope, object? value)
    {
        if (filter is null) throw new TemplateFailure($"no filter named '{name}'");
        return filter(rendering, value, arguments.Evaluate(rendering, scope));
    }
}

/// <summary><c>a is name(…)</c>.</summary>
internal sealed class TestCall(Expression input, string name, ArgumentList arguments) : Expression
{
    private readonly Test? test = Tests.Find(name);

    protected override object? Compute(Rendering rendering, Scope scope)
    {
        if (test is null) throw new TemplateFailure($"no test named '{name}'");
        return PythonTruth.Box(test(rendering, input.Evaluate(rendering, scope), arguments.Evaluate(rendering, scope)));
    }
}

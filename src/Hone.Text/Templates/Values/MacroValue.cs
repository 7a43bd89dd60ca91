using Hone.Text.Templates.Nodes;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>A macro, or the body of a call block, together with the scope it was made in.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : CallableValue
{
    public object? Attribute(string name) => name == "name" ? definition.Name : null;

    public override object? Call(Rendering rendering, Arguments arguments)
    {
        var scope = new Scope(closure);
        var named = arguments.Named.ToList();
        for (var i = 0; i < definition.Parameters.Length; i++)
        {
            var parameter = definition.Parameters[i];
            if (i < arguments.Positional.Length) scope.Set(parameter.Name, arguments.Positional[i]);
            else if (TakeNamed(named, parameter.Name, out var value)) scope.Set(parameter.Name, value);
            else if (parameter.Default is { } fallback) scope.Set(parameter.Name, fallback.Evaluate(rendering, scope));
            else scope.Set(parameter.Name, new Undefined($"parameter '{parameter.Name}' was not provided"));
        }

        SetExtras(scope, arguments, named);
        var line = rendering.Line;
        var text = rendering.Capture(definition.Body, scope);
        rendering.Line = line;
        return text;
    }

    private static bool TakeNamed(List<KeyValuePair<string, object?>> named, string name, out object? value)
    {
        var index = named.FindIndex(argument => argument.Key == name);
        value = index < 0 ? null : named[index].Value;
        if (index >= 0) named.RemoveAt(index);
        return index >= 0;
    }

    private void SetExtras(Scope scope, Arguments arguments, List<KeyValuePair<string, object?>> named)
    {
        if (definition.UsesCaller)
            scope.Set("caller", TakeNamed(named, "caller", out var caller) ? caller : new Undefined("No caller defined"));
        if (definition.UsesKeywords)
        {
            var keywords = new DictValue(named.Count);
            foreach (var (name, value) in named) keywords.Set(name, value);
            scope.Set("kwargs", keywords);
        }
        else if (named.Count > 0)
        {
            throw new TemplateFailure($"macro '{definition.Name}' takes no keyword argument '{named[0].Key}'");
        }

        var extra = arguments.Positional.Skip(definition.Parameters.Length);
        if (definition.UsesVarargs) scope.Set("varargs", new SequenceValue([.. extra], SequenceKind.Tuple));
        else if (arguments.Positional.Length > definition.Parameters.Length)
            throw new TemplateFailure($"macro '{definition.Name}' takes not more than {definition.Parameters.Length} argument(s)");
    }
}

namespace Hone.Text.Templates.Runtime;

/// <summary>The arguments of a call, of a filter or of a test.</summary>
internal sealed class Arguments(object?[] positional, KeyValuePair<string, object?>[] named)
{
    public static readonly Arguments None = new([], []);

    public object?[] Positional { get; } = positional;

    public KeyValuePair<string, object?>[] Named { get; } = named;

    /// <summary>Matches the arguments with parameter names as Python does.</summary>
    public BoundArguments Bind(string function, int required, params ReadOnlySpan<string> names)
    {
        if (Positional.Length > names.Length)
            throw new TemplateFailure($"{function}() takes at most {names.Length} arguments ({Positional.Length} given)");
        var values = new object?[names.Length];
        Array.Fill(values, BoundArguments.Missing);
        Positional.CopyTo(values, 0);
        foreach (var (name, value) in Named)
        {
            var index = names.IndexOf(name);
            if (index < 0) throw new TemplateFailure($"{function}() got an unexpected keyword argument '{name}'");
            if (index < Positional.Length) throw new TemplateFailure($"{function}() got multiple values for argument '{name}'");
            values[index] = value;
        }

        for (var i = 0; i < required; i++)
        {
            if (ReferenceEquals(values[i], BoundArguments.Missing))
                throw new TemplateFailure($"{function}() is missing the argument '{names[i]}'");
        }

        return new BoundArguments(function, values);
    }
}

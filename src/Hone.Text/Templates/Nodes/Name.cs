using Hone.Text.Templates.Builtins;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>A variable, else a function that every template knows, else undefined.</summary>
internal sealed class Name(string name) : Expression
{
    private readonly object fallback = (object?)Globals.Find(name) ?? new Undefined($"'{name}' is undefined");

    protected override object? Compute(Rendering rendering, Scope scope) =>
        scope.TryGet(name, out var value) ? value : fallback;
}

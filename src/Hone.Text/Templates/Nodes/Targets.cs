using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary>Something that can be assigned to.</summary>
internal abstract class Target
{
    public abstract void Assign(Rendering rendering, Scope scope, object? value);
}

/// <summary>A variable of the innermost block.</summary>
internal sealed class NameTarget(string name) : Target
{
    public override void Assign(Rendering rendering, Scope scope, object? value) => scope.Set(name, value);
}

/// <summary><c>space.name</c> of a namespace object.</summary>
internal sealed class NamespaceTarget(Name space, string attribute) : Target
{
    public override void Assign(Rendering rendering, Scope scope, object? value)
    {
        if (space.Evaluate(rendering, scope) is not NamespaceValue target)
            throw new TemplateFailure("cannot assign attribute on non-namespace object");
        target.Attributes.Set(attribute, value);
    }
}

/// <summary><c>a, b</c>.</summary>
internal sealed class TupleTarget(Target[] targets) : Target
{
    public override void Assign(Rendering rendering, Scope scope, object? value)
    {
        rendering.Enter();
        var items = Iteration.Items(rendering, value);
        if (items.Count != targets.Length)
            throw new TemplateFailure($"can't unpack {items.Count} values into {targets.Length} variables");
        for (var i = 0; i < targets.Length; i++) targets[i].Assign(rendering, scope, items[i]);
        rendering.Leave();
    }
}

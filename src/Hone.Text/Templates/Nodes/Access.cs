using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>a.name</c>.</summary>
internal sealed class AttributeAccess(Expression target, string name) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) =>
        Attributes.Get(rendering, target.Evaluate(rendering, scope), name);
}

/// <summary><c>a[key]</c>.</summary>
internal sealed class ItemAccess(Expression target, Expression key) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) =>
        Attributes.GetItem(rendering, target.Evaluate(rendering, scope), key.Evaluate(rendering, scope));
}

/// <summary><c>a[start:stop:step]</c>; each part may be missing.</summary>
internal sealed class SliceAccess(Expression target, Expression? start, Expression? stop, Expression? step) : Expression
{
    protected override object? Compute(Rendering rendering, Scope scope) => Indexing.Slice(
        rendering,
        target.Evaluate(rendering, scope),
        start?.Evaluate(rendering, scope),
        stop?.Evaluate(rendering, scope),
        step?.Evaluate(rendering, scope));
}

using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Nodes;

/// <summary>A parsed expression. It holds no state, so that many threads can evaluate it.</summary>
internal abstract class Expression
{
    public object? Evaluate(Rendering rendering, Scope scope)
    {
        rendering.Enter();
        var value = Compute(rendering, scope);
        rendering.Leave();
        return value;
    }

    protected abstract object? Compute(Rendering rendering, Scope scope);
}

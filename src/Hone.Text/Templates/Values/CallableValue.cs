using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Something that a template can call.</summary>
internal abstract class CallableValue
{
    public abstract object? Call(Rendering rendering, Arguments arguments);
}

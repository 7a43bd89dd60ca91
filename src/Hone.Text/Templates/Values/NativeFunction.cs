using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>A function of ours, such as <c>range</c>.</summary>
internal sealed class NativeFunction(Func<Rendering, Arguments, object?> body) : CallableValue
{
    public override object? Call(Rendering rendering, Arguments arguments) => body(rendering, arguments);
}

using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>A method's body: the object it belongs to comes first.</summary>
internal delegate object? Method<in T>(Rendering rendering, T self, Arguments arguments);

/// <summary>A method together with its object, such as <c>text.strip</c>.</summary>
internal sealed class BoundMethod<T>(T self, Method<T> method) : CallableValue
{
    public override object? Call(Rendering rendering, Arguments arguments) => method(rendering, self, arguments);
}

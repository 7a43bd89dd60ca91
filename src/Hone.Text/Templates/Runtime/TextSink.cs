using System.Text;

namespace Hone.Text.Templates.Runtime;

/// <summary>Where output goes: the rendered text, or the text that a macro or block is collecting.</summary>
internal sealed class TextSink
{
    public StringBuilder Text { get; } = new();

    /// <summary>The <c>{% generation %}</c> parts of <see cref="Text"/>, null when there are none.</summary>
    public List<TextSpan>? Spans { get; private set; }

    public void AddSpan(int start, int end) => (Spans ??= []).Add(new TextSpan(start, end));
}

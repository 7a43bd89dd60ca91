namespace Hone.Text.Templates.Runtime;

/// <summary>A rendering that can't go on; <see cref="ChatTemplate.Render"/> turns it into a <see cref="HoneException"/>.</summary>
internal sealed class TemplateFailure : Exception
{
    public TemplateFailure(string message, bool raisedByTemplate = false)
        : base(message) => RaisedByTemplate = raisedByTemplate;

    /// <summary>Whether the template itself refused the conversation with <c>raise_exception</c>.</summary>
    public bool RaisedByTemplate { get; }
}

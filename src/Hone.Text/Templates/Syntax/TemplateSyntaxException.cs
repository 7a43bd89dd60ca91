namespace Hone.Text.Templates.Syntax;

/// <summary>The source is not a template; <see cref="ChatTemplate.Parse"/> turns it into a <see cref="HoneException"/>.</summary>
internal sealed class TemplateSyntaxException(string message, int position) : Exception(message)
{
    /// <summary>Where, in the source with uniform line ends.</summary>
    public int Position { get; } = position;
}

using System.Text.Json.Nodes;

namespace Hone.Text.Templates;

/// <summary>
/// A model's chat template: Jinja2 source as <c>transformers</c> reads it (blocks trimmed, <c>tojson</c> plain,
/// loop controls and <c>{% generation %}</c> blocks known), parsed once. One object may render on several threads at a time.
/// </summary>
public sealed class ChatTemplate
{
    private ChatTemplate(string source, string name, IReadOnlyDictionary<string, JsonNode?> defaultVariables)
    {
        Source = source;
        Name = name;
        DefaultVariables = defaultVariables;
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>What messages call it: a file name, or a name given to <see cref="Parse"/>.</summary>
    public string Name { get; }

    /// <summary>Variables that every rendering sees, such as <c>bos_token</c>; from the model folder.</summary>
    public IReadOnlyDictionary<string, JsonNode?> DefaultVariables { get; }

    /// <summary>Whether the template marks the assistant's parts with <c>{% generation %}</c> blocks.</summary>
    public bool MarksAssistant { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The Jinja2 text.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="HoneException"><see cref="ExitCode.Model"/>, with line and column, when it is not a template.</exception>
    public static ChatTemplate Parse(string source, string name)
    {
        return new ChatTemplate(source, name, new Dictionary<string, JsonNode?>());
    }

    /// <summary>
    /// The template of a model folder: <c>chat_template.jinja</c>, else <c>chat_template</c> in
    /// <c>tokenizer_config.json</c> (a text, or a list of named ones of which <c>default</c> is taken). The special tokens
    /// named there become <see cref="DefaultVariables"/>. Null when the folder has no template.
    /// </summary>
    /// <exception cref="HoneException"><see cref="ExitCode.Model"/> when a file can't be read or is malformed.</exception>
    public static ChatTemplate? FromModelFolder(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        throw new NotSupportedException();
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="HoneException"><see cref="ExitCode.Data"/> when the template raises an error, fails, or passes a limit.</exception>
    public RenderedChat Render(ChatInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        throw new NotSupportedException(Source);
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Hone.Text.Templates.Nodes;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Syntax;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates;

/// <summary>
/// A model's chat template: Jinja2 source as <c>transformers</c> reads it (blocks trimmed, <c>tojson</c> plain,
/// loop controls and <c>{% generation %}</c> blocks known), parsed once. One object may render on several threads at a time.
/// What a template may cost is bounded, so that one from a stranger can't hang or exhaust the process.
/// </summary>
public sealed class ChatTemplate
{
    private readonly Statement[] body;
    private readonly Dictionary<string, string> names;

    private ChatTemplate(string source, string name, IReadOnlyDictionary<string, JsonNode?> defaultVariables)
    {
        Source = source;
        Name = name;
        DefaultVariables = defaultVariables;
        names = [];
        if (source.Length > Limits.SourceLength)
            throw new HoneException(ExitCode.Model, "The chat template is too long.", name, $"At most {Limits.SourceLength} characters are read.");
        var normalized = Lexer.Normalize(source);
        try
        {
            (body, MarksAssistant) = Parser.Parse(normalized, names);
        }
        catch (TemplateSyntaxException e)
        {
            var (line, column) = Locate(normalized, e.Position);
            throw new HoneException(
                ExitCode.Model,
                $"The chat template has a syntax error: {e.Message}.",
                $"{name}, line {line}, column {column}",
                "Correct the template, or give another one.",
                e);
        }
    }

    /// <summary>The template's text.</summary>
    public string Source { get; }

    /// <summary>What messages call it: a file name, or the name given to <see cref="Parse"/>.</summary>
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
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(name);
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
        var files = ModelFolderTemplate.Read(folder);
        return files.Source is null ? null : new ChatTemplate(files.Source, files.Name, files.SpecialTokens);
    }

    /// <summary>
    /// The template that a setting asks for: one of <see cref="NamedTemplates"/>, a file, or, where it is null or <c>auto</c>, the model's own.
    /// A name wins over a file of that name in the current folder; <c>./name</c> is the file.
    /// </summary>
    /// <param name="fileOrName">The setting.</param>
    /// <param name="modelFolder">Folder whose template and special tokens are used, or null.</param>
    /// <param name="catalog">Templates by name; null takes those that Hone has.</param>
    /// <returns>The template; null when it is the model's own that is asked for, and there is none.</returns>
    /// <exception cref="HoneException">There is no such file or name (exit code 2), or the template can't be read (exit code 4).</exception>
    public static ChatTemplate? Load(string? fileOrName, string? modelFolder, TemplateCatalog? catalog = null)
    {
        if (!IsGiven(fileOrName)) return modelFolder is null ? null : FromModelFolder(modelFolder);
        catalog ??= TemplateCatalog.BuiltIn;
        return catalog.Find(fileOrName) is null && File.Exists(fileOrName) ? FromFile(fileOrName, modelFolder) : FromName(fileOrName, modelFolder, catalog);
    }

    /// <summary>Whether a setting asks for a template, and not for the model's own.</summary>
    public static bool IsGiven([NotNullWhen(true)] string? fileOrName) => fileOrName is not null && !fileOrName.Equals("auto", StringComparison.OrdinalIgnoreCase);

    /// <summary>The template that was saved with an adapter, with the special tokens of its model; null when there is none.</summary>
    /// <exception cref="HoneException"><see cref="ExitCode.Model"/> when a file can't be read or is malformed.</exception>
    public static ChatTemplate? FromAdapterFolder(string adapterFolder, string modelFolder)
    {
        ArgumentNullException.ThrowIfNull(adapterFolder);
        ArgumentNullException.ThrowIfNull(modelFolder);
        var files = ModelFolderTemplate.Read(adapterFolder);
        if (files.Source is null) return null;
        // The adapter may come with a tokenizer configuration of its own, whose tokens then belong to the template.
        var tokens = files.SpecialTokens.Count > 0 ? files.SpecialTokens : ModelFolderTemplate.Read(modelFolder).SpecialTokens;
        return new ChatTemplate(files.Source, files.Name, tokens);
    }

    /// <summary>One of <see cref="NamedTemplates"/>, with the special tokens of the model it is used with.</summary>
    /// <param name="name">Its name or an alias.</param>
    /// <param name="modelFolder">Folder whose <c>tokenizer_config.json</c> gives <c>bos_token</c> and kin, or null.</param>
    /// <param name="catalog">Templates by name; null takes those that Hone has.</param>
    /// <exception cref="HoneException">There is no such name (exit code 2).</exception>
    public static ChatTemplate FromName(string name, string? modelFolder, TemplateCatalog? catalog = null)
    {
        var template = (catalog ?? TemplateCatalog.BuiltIn).Get(name);
        return new ChatTemplate(template.Source, template.Name, modelFolder is null ? new Dictionary<string, JsonNode?>() : ModelFolderTemplate.Read(modelFolder).SpecialTokens);
    }

    /// <summary>A template file, with the special tokens of the model it is used with.</summary>
    /// <param name="file">Jinja file.</param>
    /// <param name="modelFolder">Folder whose <c>tokenizer_config.json</c> gives <c>bos_token</c> and kin, or null.</param>
    /// <exception cref="HoneException">The file can't be read or has a syntax error (exit code 4).</exception>
    public static ChatTemplate FromFile(string file, string? modelFolder)
    {
        try
        {
            var variables = modelFolder is null ? new Dictionary<string, JsonNode?>() : ModelFolderTemplate.Read(modelFolder).SpecialTokens;
            return new ChatTemplate(File.ReadAllText(file), Path.GetFileName(file), variables);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Model, "The template can't be read: " + e.Message, file, "Check the path given to template.", e);
        }
    }

    /// <summary>Renders a conversation.</summary>
    /// <exception cref="HoneException"><see cref="ExitCode.Data"/> when the template raises an error, fails, or passes a limit.</exception>
    public RenderedChat Render(ChatInput input)
    {
        ArgumentNullException.ThrowIfNull(input);
        var rendering = new Rendering(input.Now);
        try
        {
            Statement.Run(body, rendering, Variables(input));
        }
        catch (TemplateFailure e)
        {
            throw new HoneException(
                ExitCode.Data,
                e.RaisedByTemplate ? $"The chat template refuses the conversation: {e.Message}" : $"The chat template fails: {e.Message}.",
                $"{Name}, line {rendering.Line}",
                e.RaisedByTemplate ? "Change the conversation as the message says, or use another template." : "Check that the conversation has what the template reads.",
                e);
        }

        var spans = rendering.Output.Spans;
        return new RenderedChat(rendering.Output.Text.ToString(), spans is null ? [] : spans);
    }

    private Scope Variables(ChatInput input)
    {
        var scope = new Scope(null);
        foreach (var (name, value) in DefaultVariables) SetJson(scope, name, value);
        Set(scope, "messages", () => JsonInput.ToValue(input.Messages));
        Set(scope, "tools", () => JsonInput.ToValue(input.Tools));
        Set(scope, "documents", () => JsonInput.ToValue(input.Documents));
        Set(scope, "add_generation_prompt", () => PythonTruth.Box(input.AddGenerationPrompt));
        if (input.Variables is not null)
        {
            foreach (var (name, value) in input.Variables) SetJson(scope, name, value);
        }

        return scope;
    }

    private void SetJson(Scope scope, string name, JsonNode? value) => Set(scope, name, () => JsonInput.ToValue(value));

    /// <summary>Only variables that the template mentions are converted.</summary>
    private void Set(Scope scope, string name, Func<object?> value)
    {
        if (names.TryGetValue(name, out var pooled)) scope.Set(pooled, value());
    }

    private static (int Line, int Column) Locate(string source, int position)
    {
        var before = source.AsSpan(0, Math.Min(position, source.Length));
        return (before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }
}

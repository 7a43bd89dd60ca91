using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates;

/// <summary>What the files of a model folder say about its chat template.</summary>
/// <param name="Source">The template; null when there is none.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="SpecialTokens">The texts of <c>bos_token</c> and its like, under those names.</param>
internal sealed record ModelFolderTemplate(string? Source, string Name, IReadOnlyDictionary<string, JsonNode?> SpecialTokens)
{
    private static readonly string[] TokenNames =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    public static ModelFolderTemplate Read(string folder)
    {
        var configurationPath = Path.Combine(folder, "tokenizer_config.json");
        var templatePath = Path.Combine(folder, SavedTemplate.FileName);
        var configuration = File.Exists(configurationPath) ? ReadConfiguration(configurationPath) : null;
        var tokens = SpecialTokensOf(configuration);
        if (File.Exists(templatePath))
            return new ModelFolderTemplate(ReadText(templatePath, Limits.SourceLength * 4L), templatePath, tokens);
        return new ModelFolderTemplate(TemplateOf(configuration, configurationPath), configurationPath, tokens);
    }

    private static Dictionary<string, JsonNode?> SpecialTokensOf(JsonObject? configuration)
    {
        var tokens = new Dictionary<string, JsonNode?>();
        if (configuration is null) return tokens;
        foreach (var name in TokenNames)
        {
            if (TokenText(configuration[name]) is { } text) tokens[name] = text;
        }

        if (configuration["additional_special_tokens"] is JsonArray { Count: > 0 } more)
            tokens["additional_special_tokens"] = new JsonArray([.. more.Select(TokenText).OfType<string>().Select(text => JsonValue.Create(text))]);
        return tokens;
    }

    /// <summary>A token is written as its text or as an object with its text.</summary>
    private static string? TokenText(JsonNode? token) => TextOf(token is JsonObject described ? described["content"] : token);

    private static string? TextOf(JsonNode? node) =>
        node is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    private static string? TemplateOf(JsonObject? configuration, string path)
    {
        switch (configuration?["chat_template"])
        {
            case null:
                return null;
            case JsonArray named:
                var chosen = named.OfType<JsonObject>().FirstOrDefault(entry => TextOf(entry["name"]) == "default");
                return TextOf(chosen?["template"]) ?? throw Malformed(path, "\"chat_template\" lists no template named \"default\"");
            case var single:
                return TextOf(single) ?? throw Malformed(path, "\"chat_template\" is neither a text nor a list of named templates");
        }
    }

    public static JsonObject ReadConfiguration(string path)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = 256 };
            var fields = JsonNode.Parse(ReadText(path, Limits.ConfigurationBytes), documentOptions: options) as JsonObject;
            _ = fields?.Count;
            return fields ?? throw Malformed(path, "it is not a JSON object");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw Malformed(path, e.Message);
        }
    }

    private static string ReadText(string path, long most)
    {
        try
        {
            if (FileLength.Of(path) > most) throw Malformed(path, "it is too big");
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Model, $"A file of the model can't be read: {e.Message}", path, inner: e);
        }
    }

    private static HoneException Malformed(string path, string why) =>
        new(ExitCode.Model, $"A file of the model is malformed: {why}.", path, "Download the model again, or correct the file.");
}

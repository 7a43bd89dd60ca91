using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Text.Templates;

/// <summary>
/// The chat templates that are known by name. They are data: <c>catalog.json</c> says what stands around the messages of each, and a
/// Jinja file per family says how a conversation is laid out with that. Every answer stands with its end token in a
/// <c>{% generation %}</c> block that begins where the prompt of inference ends.
/// </summary>
public static class NamedTemplates
{
    /// <summary>The template for base models, which have none of their own.</summary>
    public const string Default = "default";

    private static readonly JsonSerializerOptions s_literal = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly Lazy<IReadOnlyList<NamedTemplate>> s_all = new(ReadCatalog);

    /// <summary>All of them, in the order of the catalog.</summary>
    public static IReadOnlyList<NamedTemplate> All => s_all.Value;

    /// <summary>The template of a name or alias, whatever its case and whether it has dashes, dots or underscores; null when there is none.</summary>
    public static NamedTemplate? Find(string name) => TemplateCatalog.BuiltIn.Find(name);

    /// <summary>The template of a name.</summary>
    /// <exception cref="HoneException">There is none (exit code 2).</exception>
    public static NamedTemplate Get(string name) => TemplateCatalog.BuiltIn.Get(name);

    /// <summary>A template in a layout that Hone has, with other texts around the messages.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="aliases">Other names for it.</param>
    /// <param name="about">What it is for.</param>
    /// <param name="fields"><c>is</c> names the layout, such as <c>chatml</c> or <c>turns</c>; the others are texts of the layout, as <c>hone template show</c> prints them.</param>
    /// <exception cref="HoneException">There is no such layout or field (exit code 2).</exception>
    public static NamedTemplate FromFields(string name, IReadOnlyList<string> aliases, string about, JsonObject fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var families = JsonNode.Parse(Resource("catalog.json"))!["families"]!.AsObject();
        var layout = fields["is"] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
        if (layout is null || (!families.ContainsKey(layout) && layout is not ("qwen" or "llama3_2")))
        {
            throw new HoneException(ExitCode.Usage, $"A template needs a layout, and '{layout}' is none.", null,
                "Write jinja: with its text, or is: with one of " + string.Join(", ", families.Select(f => f.Key)) + ".");
        }

        return Read(name, aliases, about, layout, fields, families);
    }

    private static List<NamedTemplate> ReadCatalog()
    {
        var catalog = JsonNode.Parse(Resource("catalog.json"))!.AsObject();
        var families = catalog["families"]!.AsObject();
        return [.. catalog["templates"]!.AsArray().Select(t => Read(t!.AsObject(), families))];
    }

    private static NamedTemplate Read(JsonObject entry, JsonObject families) => Read(
        (string)entry["name"]!, [.. (entry["aliases"]?.AsArray() ?? []).Select(a => (string)a!)], (string)entry["about"]!, (string)entry["is"]!, entry, families);

    private static NamedTemplate Read(string name, IReadOnlyList<string> aliases, string about, string family, JsonObject entry, JsonObject families)
    {
        var settings = new Dictionary<string, JsonNode?>(StringComparer.Ordinal);
        var layout = Inherit(family, families, settings);
        foreach (var (key, value) in entry)
        {
            if (key is not ("name" or "aliases" or "about" or "is")) Set(settings, key, value);
        }

        var source = new StringBuilder();
        foreach (var (key, value) in settings) source.Append("{%- set ").Append(key).Append(" = ").Append(Literal(value)).Append(" %}\n");
        source.Append(Resource(layout + ".jinja"));
        return new NamedTemplate(name, aliases, about, source.ToString());
    }

    /// <summary>Takes over what a family and the one it is built on set; returns the name of its Jinja file.</summary>
    private static string Inherit(string family, JsonObject families, Dictionary<string, JsonNode?> settings)
    {
        var fields = families[family]!.AsObject();
        var layout = (string?)fields["is"] is { } parent ? Inherit(parent, families, settings) : family;
        foreach (var (key, value) in fields)
        {
            if (key == "is") continue;
            if (layout == family) settings[key] = value;
            else Set(settings, key, value);
        }

        return layout;
    }

    private static void Set(Dictionary<string, JsonNode?> settings, string key, JsonNode? value)
    {
        if (!settings.ContainsKey(key))
        {
            throw new HoneException(ExitCode.Usage, $"The layout of the template has no field '{key}'.", null,
                Suggestion.Nearest(key, settings.Keys) is { } near ? $"Did you mean {near}?" : "It has " + string.Join(", ", settings.Keys) + ".");
        }

        settings[key] = value;
    }

    /// <summary>A value as Jinja writes it; <c>{bos}</c> and <c>{eos}</c> in a text become the model's own tokens, and <c>{today}</c> the date.</summary>
    private static string Literal(JsonNode? value) => value switch
    {
        null => "none",
        JsonArray list => "[" + string.Join(", ", list.Select(Literal)) + "]",
        _ when value.GetValueKind() == JsonValueKind.String => Quote((string)value!).Replace("{bos}", "\" + (bos_token or '') + \"", StringComparison.Ordinal)
            .Replace("{eos}", "\" + (eos_token or '') + \"", StringComparison.Ordinal)
            .Replace("{today}", "\" + strftime_now('%Y-%m-%d') + \"", StringComparison.Ordinal),
        _ => value.ToJsonString(),
    };

    private static string Quote(string text) => JsonSerializer.Serialize(text, s_literal);

    private static string Resource(string name)
    {
        using var stream = typeof(NamedTemplates).Assembly.GetManifestResourceStream("Templates.Named." + name)
            ?? throw new InvalidOperationException($"the resource {name} is missing from the build");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}

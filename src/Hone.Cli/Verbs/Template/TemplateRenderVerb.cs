using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Hub;
using Hone.Settings;
using Hone.Text.Templates;
using Hone.Training;

namespace Hone.Cli;

/// <summary>
/// <c>hone template render</c>: a filter from conversations to text. A conversation that the template refuses is answered with
/// <c>error</c>, in the template's own words, and the next one is read.
/// </summary>
internal sealed class TemplateRenderVerb : Verb<TemplateRenderSettings>
{
    public override string Name => "template render";

    public override string Summary => "Render conversations through a chat template: JSON lines in, JSON lines out.";

    public override string Example => "template render --model models/hone-tiny --input conversations.jsonl";

    protected override ExitCode Run(TemplateRenderSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var folder = settings.Model is null ? null : ModelFolders.Find(settings.Model, ModelParts.Description, settings.ModelRevision, DownloadDisplay.Access(console, settings.UseHf), cancellation);
        var template = ChatTemplate.Load(settings.Template, folder, Registrations.Of(settings).Templates)
            ?? throw new HoneException(ExitCode.Model, "The model has no chat template.", settings.Model, "Give one with --template <name or file.jinja>.");
        new JsonLineFilter(console, settings.Input, settings.Output, "rendering").Run((row, json) => Render(template, Input(row), json), cancellation);
        return ExitCode.Done;
    }

    private static void Render(ChatTemplate template, ChatInput input, Utf8JsonWriter json)
    {
        RenderedChat rendered;
        try
        {
            rendered = template.Render(input);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            json.WriteString("error", e.InnerException?.Message ?? e.Message);
            return;
        }

        json.WriteString("rendered", rendered.Text);
        json.WritePropertyName("assistant_spans");
        if (!template.MarksAssistant)
        {
            json.WriteNullValue();
            return;
        }

        json.WriteStartArray();
        foreach (var span in rendered.AssistantSpans)
        {
            json.WriteStartArray();
            json.WriteNumberValue(span.Start);
            json.WriteNumberValue(span.End);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static ChatInput Input(JsonElement row)
    {
        var messages = List(row, "messages") ?? throw new HoneException(ExitCode.Data, "the row has no list in 'messages'");
        if (messages.Any(m => m is not JsonObject)) throw new HoneException(ExitCode.Data, "each message must be an object");
        return new ChatInput(messages)
        {
            Tools = List(row, "tools"),
            Documents = List(row, "documents"),
            AddGenerationPrompt = Flag(row, "add_generation_prompt"),
            Variables = Optional(row, "variables", JsonValueKind.Object) is { } variables ? JsonObject.Create(variables)!.ToDictionary() : null,
            Now = Optional(row, "now", JsonValueKind.String) is { } now ? Time(now.GetString()!) : null,
        };
    }

    private static JsonArray? List(JsonElement row, string key) => Optional(row, key, JsonValueKind.Array) is { } list ? JsonArray.Create(list) : null;

    private static bool Flag(JsonElement row, string key) => row.TryGetProperty(key, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False or JsonValueKind.Null => false,
        _ => throw new HoneException(ExitCode.Data, $"'{key}' must be true or false"),
    };

    private static DateTime Time(string text) => DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
        ? time
        : throw new HoneException(ExitCode.Data, $"'now' is '{text}', not a time such as 2024-09-03T14:05:06");

    private static JsonElement? Optional(JsonElement row, string key, JsonValueKind kind)
    {
        if (!row.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null) return null;
        var expected = kind switch { JsonValueKind.Array => "a list", JsonValueKind.Object => "an object", _ => "a text" };
        return value.ValueKind == kind ? value : throw new HoneException(ExitCode.Data, $"'{key}' must be {expected}");
    }
}

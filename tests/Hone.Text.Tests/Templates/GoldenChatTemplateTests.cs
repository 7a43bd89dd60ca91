using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Tests.Templates;

/// <summary>Every reference rendering: exact text, exact failure, exact assistant spans.</summary>
public sealed class GoldenChatTemplateTests
{
    public static TheoryData<string> TemplateNames() =>
        [.. Directory.EnumerateFiles(SharedData.PathOf("templates"), "*.jinja").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    private static readonly Lazy<ILookup<string, JsonObject>> Cases = new(() =>
        File.ReadLines(SharedData.PathOf("golden/chat_templates/cases.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject())
            .ToLookup(fields => (string)fields["template"]!));

    [Theory]
    [MemberData(nameof(TemplateNames))]
    public void Renders_as_the_reference_does(string name)
    {
        var template = ChatTemplate.Parse(File.ReadAllText(SharedData.PathOf("templates/" + name)), name);
        var differences = new StringBuilder();
        var count = 0;
        foreach (var fields in Cases.Value[name])
        {
            count++;
            if (Difference(template, fields) is { } difference)
                differences.AppendLine(CultureInfo.InvariantCulture, $"{fields["case"]} (prompt {fields["add_generation_prompt"]}): {difference}");
        }

        Assert.True(count > 0, "there is no case for this template");
        Assert.True(differences.Length == 0, differences.ToString());
    }

    [Fact]
    public void All_cases_belong_to_a_template_that_is_tested() =>
        Assert.Empty(Cases.Value.Select(group => group.Key).Except(TemplateNames().Select(row => row.Data)));

    private static string? Difference(ChatTemplate template, JsonObject fields)
    {
        var fails = (bool)fields["fails"]!;
        RenderedChat rendered;
        try
        {
            rendered = template.Render(Input(fields));
        }
        catch (HoneException e)
        {
            if (!fails) return "failed: " + e.Message + " at " + e.Where;
            var failure = Assert.IsType<TemplateFailure>(e.InnerException);
            var expected = (string?)fields["error_message"];
            if (e.ExitCode != ExitCode.Data) return "wrong exit code";
            return expected is null == failure.RaisedByTemplate || (expected is not null && expected != failure.Message)
                ? $"failed with '{failure.Message}', expected '{expected}'"
                : null;
        }

        if (fails) return "did not fail";
        if (rendered.Text != (string)fields["rendered"]!) return $"wrote\n{rendered.Text}\nexpected\n{fields["rendered"]}";
        if (template.MarksAssistant != fields.ContainsKey("assistant_spans")) return "marks the assistant, or not, against the reference";
        var spans = fields["assistant_spans"]?.AsArray().Select(span => new TextSpan((int)span![0]!, (int)span[1]!)).ToArray() ?? [];
        return spans.SequenceEqual(rendered.AssistantSpans) ? null : $"spans {string.Join(' ', rendered.AssistantSpans)}, expected {string.Join(' ', spans)}";
    }

    private static ChatInput Input(JsonObject fields) => new(fields["messages"]!.AsArray())
    {
        Tools = fields["tools"] as JsonArray,
        AddGenerationPrompt = (bool)fields["add_generation_prompt"]!,
        Variables = fields["variables"]!.AsObject().ToDictionary(),
        Now = fields["now"] is { } now ? DateTime.Parse((string)now!, CultureInfo.InvariantCulture) : null,
    };
}

using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

public sealed class TemplateRenderTests
{
    private static readonly Lazy<ILookup<string, (string Line, JsonNode Fields)>> s_cases = new(() =>
        File.ReadLines(SharedData.PathOf("golden/chat_templates/cases.jsonl"))
            .Select(line => (Line: line, Fields: JsonNode.Parse(line)!))
            .ToLookup(row => (string)row.Fields["template"]!));

    public static TheoryData<string> Templates() => [.. s_cases.Value.Select(g => g.Key).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Every_reference_conversation_is_rendered_or_refused(string name)
    {
        var cases = s_cases.Value[name].ToList();
        var run = CommandLineRun.Of(["template", "render", "--template", SharedData.PathOf("templates/" + name)], string.Join('\n', cases.Select(c => c.Line)));
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
        var lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(cases.Count, lines.Length);
        for (var i = 0; i < lines.Length; i++)
        {
            var (want, got) = (cases[i].Fields, JsonNode.Parse(lines[i])!);
            if ((bool)want["fails"]!)
            {
                Assert.NotNull(got["error"]);
                if (want["error_message"] is { } message) Assert.Equal((string?)message, (string?)got["error"]);
                continue;
            }

            Assert.Equal((string)want["rendered"]!, (string?)got["rendered"]);
            Assert.Equal(want["assistant_spans"]?.ToJsonString(), got["assistant_spans"]?.ToJsonString());
        }
    }

    [Theory]
    [InlineData("{\"messages\": 1}", "'messages' must be a list")]
    [InlineData("{}", "no list in 'messages'")]
    [InlineData("{\"messages\": [\"hi\"]}", "each message must be an object")]
    [InlineData("{\"messages\": [], \"add_generation_prompt\": 1}", "'add_generation_prompt' must be true or false")]
    [InlineData("{\"messages\": [], \"now\": \"soon\"}", "not a time")]
    [InlineData("{\"messages\": [], \"variables\": []}", "'variables' must be an object")]
    public void A_bad_row_is_named(string row, string message)
    {
        var run = CommandLineRun.Of(["template", "render", "--template", SharedData.PathOf("templates/chatml.jinja")], row);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("where: standard input:1\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_gets_the_special_tokens_of_the_model_it_is_used_with()
    {
        var run = CommandLineRun.Of(["template", "render", "--template", SharedData.PathOf("templates/llama-2-chat.jinja"),
            "--model", SharedData.PathOf("tokenizers/llama2")], "{\"messages\": [{\"role\": \"user\", \"content\": \"hi\"}]}");
        Assert.Equal("<s>[INST] hi [/INST]", (string?)JsonNode.Parse(run.Out)!["rendered"]);
    }

    [Fact]
    public void A_model_without_a_template_is_a_model_error()
    {
        var run = CommandLineRun.Of(["template", "render", "--model", SharedData.PathOf("models/stories260k/hf")], "");
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("no chat template", run.Error, StringComparison.Ordinal);
    }
}

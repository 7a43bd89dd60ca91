using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Rendering;
using Hone.Data.Schemas;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Data.Tests.Rendering;

/// <summary>
/// Turns that a template writes itself: tool calls and thoughts, in the templates of many families. Learned is what the model writes
/// at inference, from the end of the prompt to its end token, and nothing of what tools and users say.
/// </summary>
public sealed class ToolTurnTests
{
    private const string Row = """
        {"tools":[{"name":"find_rain","description":"Rain in a place","parameters":{"type":"object","properties":{"place":{"type":"string"}}}}],
         "messages":[{"role":"user","content":"ask-one"},{"role":"tool_call","content":"{\"name\":\"find_rain\",\"arguments\":{\"place\":\"Kiel\"}}"},
         {"role":"tool_response","content":"tool-said"},{"role":"assistant","content":"answer-one"},{"role":"user","content":"ask-two"},{"role":"assistant","content":"answer-two"}]}
        """;

    private static readonly string[] s_ends =
        ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<|call|>", "<|return|>", "</s>", "<｜end▁of▁sentence｜>", "<|END_OF_TURN_TOKEN|>", "<|eom|>", "<|im_sep|>", "<SPECIAL_12>"];

    [Theory]
    [InlineData("qwen2.5.jinja")]
    [InlineData("qwen3.jinja")]
    [InlineData("qwen3-instruct-2507.jinja")]
    [InlineData("qwen3.5-think.jinja")]
    [InlineData("qwen3-coder.jinja")]
    [InlineData("hermes-2-pro-tools.jinja")]
    [InlineData("llama3.1-instruct.jinja")]
    [InlineData("minimind.jinja")]
    [InlineData("nemotron-3-nano.jinja")]
    [InlineData("kimi-k2.jinja")]
    public void Calls_and_answers_are_learned_and_nothing_else(string file)
    {
        var segments = Render(file, Row);
        var learned = segments.Where(s => s.Weight > 0).Select(s => s.Text).ToList();
        Assert.Equal(3, learned.Count);
        Assert.Contains("find_rain", learned[0], StringComparison.Ordinal);
        Assert.Contains("Kiel", learned[0], StringComparison.Ordinal);
        Assert.Contains("answer-one", learned[1], StringComparison.Ordinal);
        Assert.Contains("answer-two", learned[2], StringComparison.Ordinal);
        Assert.All(learned, l => Assert.Contains(s_ends, e => l.EndsWith(e, StringComparison.Ordinal)));
        foreach (var other in (string[])["tool-said", "ask-one", "ask-two", "Rain in a place"])
            Assert.DoesNotContain(other, string.Concat(learned), StringComparison.Ordinal);
        // What stands before a call is what inference gives the model.
        var prompt = Template(file).Render(new ChatInput(new JsonArray(Conversation(Row).Messages[0]!.DeepClone())) { Tools = Conversation(Row).Tools, AddGenerationPrompt = true, Now = new DateTime(2024, 7, 26) }).Text;
        Assert.StartsWith(segments[0].Text, prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("chatml.jinja", "tools, which the chat template does not write")]
    [InlineData("vicuna.jinja", "tools, which the chat template does not write")]
    public void A_template_that_knows_no_tools_is_refused(string file, string message)
    {
        var e = Assert.Throws<HoneException>(() => Render(file, Row));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_leaves_out_a_message_or_a_call_is_refused()
    {
        const string onlyUsers = "{# add_generation_prompt tools tool_calls #}{% for m in messages %}{% if m.role != 'tool' %}[{{ m.role }}]{{ m.content }}<|im_end|>{% endif %}{% endfor %}";
        var renderer = new SegmentRenderer(ChatTemplate.Parse(onlyUsers, "test"), s_ends);
        Assert.Contains("leaves out message 3 (tool)", Assert.Throws<HoneException>(() => renderer.Render(Conversation(Row))).Message, StringComparison.Ordinal);
        const string noCalls = "{# tools #}{% for m in messages %}[{{ m.role }}]{{ m.content }}<|im_end|>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
        renderer = new SegmentRenderer(ChatTemplate.Parse(noCalls, "test"), s_ends);
        Assert.Contains("leaves out the tool calls of message 2", Assert.Throws<HoneException>(() => renderer.Render(Conversation(Row))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ c.function.arguments }}", "{\"place\":\"Kiel\"}")]
    [InlineData("{{ c.function.arguments | tojson }}", "{\"place\": \"Kiel\"}")]
    public void Arguments_are_given_as_the_template_wants_them(string written, string expected)
    {
        var source = "{# tools #}{% for m in messages %}[{{ m.role }}]{{ m.content }}{% for c in m.tool_calls %}{{ c.function.name }}" + written + "{% endfor %}<|im_end|>{% endfor %}{% if add_generation_prompt %}[assistant]{% endif %}";
        var segments = new SegmentRenderer(ChatTemplate.Parse(source, "test"), s_ends).Render(Conversation(Row));
        Assert.Equal("find_rain" + expected + "<|im_end|>", segments.First(s => s.Weight > 0).Text);
    }

    [Theory]
    [InlineData("qwen3.jinja", "<think>\nmy-thought\n</think>\n\nanswer-two<|im_end|>")]
    [InlineData("qwen2.5.jinja", "<think>\nmy-thought\n</think>\n\nanswer-two<|im_end|>")]
    [InlineData("smollm3.jinja", "<think>\nmy-thought\n</think>\n\nanswer-two<|im_end|>")]
    public void Thoughts_are_learned_however_they_are_written(string file, string expected)
    {
        string[] rows =
        [
            """{"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"answer-two","reasoning_content":"my-thought"}]}""",
            """{"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":"<think>\nmy-thought\n</think>\n\nanswer-two"}]}""",
            """{"messages":[{"role":"user","content":"ask"},{"role":"assistant","content":[{"type":"thinking","thinking":"my-thought"},{"type":"text","text":"answer-two"}]}]}""",
        ];
        foreach (var row in file == "smollm3.jinja" ? rows[1..2] : rows)
            Assert.Equal(expected, string.Concat(Render(file, row).Where(s => s.Weight > 0).Select(s => s.Text)).TrimEnd('\n'));
    }

    [Fact]
    public void Thoughts_of_earlier_rounds_are_left_out_as_the_template_does()
    {
        var segments = Render("qwen3.jinja",
            """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"one","reasoning_content":"early"},{"role":"user","content":"q"},{"role":"assistant","content":"two","reasoning_content":"late"}]}""");
        Assert.Equal(["one<|im_end|>", "<think>\nlate\n</think>\n\ntwo<|im_end|>"], segments.Where(s => s.Weight > 0).Select(s => s.Text));
    }

    private static IReadOnlyList<Segment> Render(string file, string row) => new SegmentRenderer(Template(file), s_ends).Render(Conversation(row));

    private static ChatTemplate Template(string file) => ChatTemplate.FromFile(SharedData.PathOf("templates/" + file), null);

    private static Conversation Conversation(string row)
    {
        var content = RowSchema.Parse(JsonDocument.Parse(row).RootElement, out var error);
        Assert.Null(error);
        return Assert.IsType<Conversation>(content);
    }
}

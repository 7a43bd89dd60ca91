using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hone.Data.Rendering;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Data.Tests.Rendering;

public partial class SegmentRendererTests
{
    private const string ChatMl =
        "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' + m.content + '<|im_end|>' + '\\n' }}{% endfor %}";

    private static readonly string[] EndTokens =
        ["<|im_end|>", "<|eot_id|>", "<end_of_turn>", "<|end|>", "<｜end▁of▁sentence｜>", "<|return|>", "<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>"];

    [Fact]
    public void Every_answer_is_learned_with_its_end_token_and_nothing_else()
    {
        var segments = Render(ChatMl, LossScope.AssistantTurns, ("user", "q1"), ("assistant", "a1"), ("user", "q2"), ("assistant", " a2\n"));
        Assert.Equal(
            "[<|im_start|>user\nq1<|im_end|>\n<|im_start|>assistant\n](a1<|im_end|>)[\n<|im_start|>user\nq2<|im_end|>\n<|im_start|>assistant\n]( a2\n<|im_end|>)[\n]",
            Show(segments));
    }

    [Fact]
    public void The_scope_decides_which_turns_are_learned()
    {
        (string, string)[] messages = [("user", "q"), ("assistant", "a"), ("user", "q"), ("assistant", "a")];
        Assert.Equal(1, Render(ChatMl, LossScope.LastTurn, messages).Count(s => s.Weight > 0));
        Assert.All(Render(ChatMl, LossScope.Everything, messages), s => Assert.Equal(1f, s.Weight));
    }

    [Fact]
    public void Messages_can_carry_weights_of_their_own()
    {
        var conversation = Conversation([("user", "q"), ("assistant", "a"), ("user", "q"), ("assistant", "b")]) with { Weights = [null, 0f, null, 0.5f] };
        var learned = Renderer(ChatMl, LossScope.AssistantTurns).Render(conversation).Where(s => s.Weight > 0).ToList();
        Assert.Equal([new Segment("b<|im_end|>", 0.5f, Role: SegmentRole.Assistant)], learned);
    }

    [Theory]
    [InlineData(ChatMl, LossScope.AssistantTurns)]
    [InlineData(ChatMl, LossScope.LastTurn)]
    [InlineData(ChatMl, LossScope.Everything)]
    [InlineData("{% for m in messages %}{{ '<|im_start|>' + m.role + '\n' }}{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{{ '\n' }}{% endfor %}", LossScope.AssistantTurns)]
    public void A_stretch_knows_who_speaks(string template, LossScope scope)
    {
        template = template.Replace("{% generation %}", "{% if m.role == 'assistant' %}{% generation %}", StringComparison.Ordinal)
            .Replace("{% endgeneration %}", "{% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}", StringComparison.Ordinal);
        var segments = Render(template, scope, ("system", "be kind"), ("user", "q"), ("assistant", "a"), ("tool", "{}"), ("user", "q"), ("assistant", "b"));
        string[] answers = scope switch
        {
            LossScope.AssistantTurns => ["Assistant: a<|im_end|>", "Assistant: b<|im_end|>"],
            LossScope.LastTurn => ["Assistant: a", "Assistant: b<|im_end|>"],
            _ => ["Assistant: a", "Assistant: b"],
        };
        Assert.Equal(["System: be kind", "User: q", answers[0], "Tool: {}", "User: q", answers[1]],
            segments.Where(s => s.Role != SegmentRole.Template).Select(s => $"{s.Role}: {s.Text}"));
        Assert.DoesNotContain(segments, s => s.Role == SegmentRole.Template && s.Text.Contains("be kind", StringComparison.Ordinal));
    }

    /// <summary>A renderer that has seen a template's frames finds texts without marks: the same ones, whatever they say.</summary>
    [Fact]
    public void Who_speaks_is_the_same_once_a_template_is_known()
    {
        const string marking = "{% for m in messages %}{{ '<|im_start|>' + m.role + '\\n' }}{% if m.role == 'assistant' %}{% generation %}{{ m.content + '<|im_end|>' }}{% endgeneration %}{% else %}{{ m.content + '<|im_end|>' }}{% endif %}{{ '\\n' }}{% endfor %}";
        var known = Renderer(marking, LossScope.AssistantTurns);
        string[] texts = ["q", "user", "<|im_start|>", "\n", "user\n", "<|im_end|>\n<|im_start|>user\nq", "q<|im_end|>", " q ", "是", "im", "assistant"];
        foreach (var text in texts)
        {
            foreach (var system in texts)
            {
                var conversation = Conversation([("system", system), ("user", text), ("assistant", text), ("user", text), ("assistant", "a")]);
                Assert.Equal(Renderer(marking, LossScope.AssistantTurns).Render(conversation), known.Render(conversation));
            }
        }
    }

    [Fact]
    public void A_template_that_rewrites_texts_is_counted_as_one()
    {
        const string counting = "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content | length }}{% endif %};{% endfor %}";
        Assert.Equal(["Template: 1;", "Assistant: a", "Template: ;"], Render(counting, LossScope.AssistantTurns, ("user", "q"), ("assistant", "a")).Select(s => $"{s.Role}: {s.Text}"));
    }

    [Fact]
    public void With_all_tokens_learned_a_message_can_still_be_left_out()
    {
        var conversation = Conversation([("user", "q"), ("assistant", "a"), ("user", "p"), ("assistant", "b")]) with { Weights = [null, 0f, null, null] };
        Assert.Equal("(<|im_start|>user\nq<|im_end|>\n<|im_start|>assistant\n)[a<|im_end|>](\n<|im_start|>user\np<|im_end|>\n<|im_start|>assistant\nb<|im_end|>\n)",
            Show(Renderer(ChatMl, LossScope.Everything).Render(conversation)));
    }

    [Fact]
    public void A_user_message_with_a_weight_is_learned_though_the_template_marks_only_answers()
    {
        const string marking = "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }}{% endif %};{% endfor %}";
        var conversation = Conversation([("user", "q"), ("assistant", "a")]) with { Weights = [1f, null] };
        Assert.Equal("(q)[;](a)[;]", Show(Renderer(marking, LossScope.AssistantTurns).Render(conversation)));
    }

    [Fact]
    public void A_template_that_trims_is_followed()
    {
        var trimming = ChatMl.Replace("m.content", "m.content | trim", StringComparison.Ordinal);
        Assert.Contains("(a<|im_end|>)", Show(Render(trimming, LossScope.AssistantTurns, ("user", "q"), ("assistant", "  a \n"))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_template_that_rewrites_answers_is_refused()
    {
        var rewriting = ChatMl.Replace("m.content", "m.content | replace('a', 'b')", StringComparison.Ordinal).Replace("'\\n' + m", "m", StringComparison.Ordinal)
            + "{{ messages[-1].content | length }}";
        var e = Assert.Throws<HoneException>(() => Render(rewriting, LossScope.AssistantTurns, ("user", "q"), ("assistant", "aaa")));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Contains("can't be told", e.Message, StringComparison.Ordinal);
    }

    /// <summary>
    /// Templates that mark answers themselves, with the marks taken away: what this class finds by itself must lie inside what they
    /// mark and end with it, but for white space after the end token.
    /// </summary>
    [Theory]
    [InlineData("train-qwen2-5.jinja")]
    [InlineData("train-llama3.jinja")]
    [InlineData("train-gemma3.jinja")]
    [InlineData("train-lfm2.jinja")]
    [InlineData("train-deepseekv3.jinja")]
    [InlineData("train-cohere.jinja")]
    [InlineData("phi4.jinja")]
    public void Without_its_marks_a_template_gives_the_same_answers(string file)
    {
        var source = File.ReadAllText(SharedData.PathOf("templates/" + file));
        var plain = GenerationTag().Replace(source, m => m.Value.Replace("endgeneration", "endif", StringComparison.Ordinal).Replace("generation", "if true", StringComparison.Ordinal));
        Assert.NotEqual(source, plain);
        var checkedCases = 0;
        foreach (var line in File.ReadLines(SharedData.PathOf("golden/chat_templates/cases.jsonl")))
        {
            using var golden = JsonDocument.Parse(line);
            var root = golden.RootElement;
            if (root.GetProperty("template").GetString() != file || !IsPlainConversation(root)) continue;
            var messages = (JsonArray)JsonNode.Parse(root.GetProperty("messages").GetRawText())!;
            var spans = root.GetProperty("assistant_texts").EnumerateArray().Select(e => e.GetString()!).ToList();
            var variables = string.Concat(root.GetProperty("variables").EnumerateObject()
                .Where(v => v.Value.ValueKind == JsonValueKind.String).Select(v => "{%- set " + v.Name + " = " + JsonSerializer.Serialize(v.Value.GetString()) + " -%}"));
            var learned = Renderer(variables + plain, LossScope.AssistantTurns).Render(new Conversation(messages, new float?[messages.Count]))
                .Where(s => s.Weight > 0).Select(s => s.Text).ToList();
            Assert.Equal(spans.Count, learned.Count);
            for (var i = 0; i < spans.Count; i++) Assert.EndsWith(learned[i].TrimEnd(), spans[i].TrimEnd(), StringComparison.Ordinal);
            checkedCases++;
        }

        Assert.True(checkedCases >= 3, $"only {checkedCases} cases");
    }

    private static bool IsPlainConversation(JsonElement root) =>
        !root.GetProperty("fails").GetBoolean() && !root.GetProperty("add_generation_prompt").GetBoolean()
        && root.GetProperty("tools").ValueKind == JsonValueKind.Null
        && root.TryGetProperty("assistant_texts", out var texts) && texts.GetArrayLength() > 0
        && root.GetProperty("messages").EnumerateArray().All(m =>
            m.GetProperty("content").ValueKind == JsonValueKind.String && !m.TryGetProperty("tool_calls", out _)
            && !m.TryGetProperty("reasoning_content", out _) && !m.GetProperty("content").GetString()!.Contains("<think>", StringComparison.Ordinal)
            && m.GetProperty("content").GetString()!.Trim().Length > 0);

    private static IReadOnlyList<Segment> Render(string template, LossScope scope, params (string Role, string Content)[] messages) =>
        Renderer(template, scope).Render(Conversation(messages));

    private static SegmentRenderer Renderer(string template, LossScope scope) => new(ChatTemplate.Parse(template, "test"), EndTokens) { Scope = scope };

    private static Conversation Conversation((string Role, string Content)[] messages) => new(
        [.. messages.Select(m => (JsonNode)new JsonObject { ["role"] = m.Role, ["content"] = m.Content })], new float?[messages.Length]);

    private static string Show(IReadOnlyList<Segment> segments) =>
        string.Concat(segments.Select(s => s.Weight > 0 ? $"({s.Text})" : $"[{s.Text}]")).Replace("][", "", StringComparison.Ordinal).Replace(")(", "", StringComparison.Ordinal);

    [GeneratedRegex("""\{%-?\s*(end)?generation\s*-?%\}""")]
    private static partial Regex GenerationTag();
}

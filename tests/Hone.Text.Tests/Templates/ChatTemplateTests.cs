using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

public sealed class ChatTemplateTests
{
    private static readonly JsonArray Conversation = JsonNode.Parse(
        """[{"role": "user", "content": "Hi 😀"}, {"role": "assistant", "content": "Yes"}, {"role": "assistant", "content": "😀 No"}]""")!.AsArray();

    [Theory]
    [InlineData("line one\n{% if %}", 2, 7)]
    [InlineData("{{ 1 + }}", 1, 8)]
    [InlineData("a\r\nb\r\n{{ 'open }}", 3, 4)]
    [InlineData("x\n{% for a in b %}\ny", 2, 4)]
    [InlineData("{% if a %}{% if b %}{% endif %}\n{% else %}", 2, 4)]
    public void A_syntax_error_names_line_and_column(string source, int line, int column)
    {
        var error = Assert.Throws<HoneException>(() => ChatTemplate.Parse(source, "some.jinja"));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Equal($"some.jinja, line {line}, column {column}", error.Where);
    }

    [Fact]
    public void A_failure_names_the_line_and_quotes_the_template()
    {
        var error = Assert.Throws<HoneException>(() => ChatTemplate.Parse("a\n{% if true %}\n{{ raise_exception('No!') }}{% endif %}", "t").Render(new ChatInput([])));
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.Equal("t, line 3", error.Where);
        Assert.EndsWith("No!", error.Message);
    }

    [Fact]
    public void Spans_count_UTF16_units_and_do_not_overlap()
    {
        const string Source = "{% for m in messages %}<{{ m.role }}>{% if m.role == 'assistant' %}{% generation %}{{ m.content }}!{% generation %}?{% endgeneration %}{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}";
        var template = ChatTemplate.Parse(Source, "t");
        var rendered = template.Render(new ChatInput(Conversation));
        Assert.True(template.MarksAssistant);
        Assert.Equal("<user>Hi 😀<assistant>Yes!?<assistant>😀 No!?", rendered.Text);
        Assert.Equal(["Yes!?", "😀 No!?"], Texts(rendered));
    }

    [Fact]
    public void Spans_made_inside_a_macro_move_with_its_text()
    {
        const string Source = "{% macro turn(m) %}[{% generation %}{{ m.content }}{% endgeneration %}]{% endmacro %}{% for m in messages[1:] %}{{ m.role }}:{{ turn(m) }}{% endfor %}";
        var rendered = ChatTemplate.Parse(Source, "t").Render(new ChatInput(Conversation));
        Assert.Equal("assistant:[Yes]assistant:[😀 No]", rendered.Text);
        Assert.Equal(["Yes", "😀 No"], Texts(rendered));
    }

    [Fact]
    public void Rendering_leaves_the_input_as_it_was()
    {
        var before = Conversation.ToJsonString();
        ChatTemplate.Parse("{% set _ = messages.append(1) %}{% set _ = messages[0].pop('role') %}{{ messages }}", "t").Render(new ChatInput(Conversation));
        Assert.Equal(before, Conversation.ToJsonString());
    }

    [Fact]
    public void The_time_is_the_one_that_is_given()
    {
        var input = new ChatInput([]) { Now = new DateTime(2024, 7, 6, 15, 4, 5) };
        var text = ChatTemplate.Parse("{{ strftime_now('%d %b %Y|%A %B %-d, %y %I:%M %p %j %H%%|%U %W %V %e %q') }}", "t").Render(input).Text;
        Assert.Equal("06 Jul 2024|Saturday July 6, 24 03:04 PM 188 15%|26 27 27  6 %q", text);
    }

    [Fact]
    public void One_template_renders_on_many_threads_at_a_time()
    {
        var template = ChatTemplate.Parse("{% set ns = namespace(n=0) %}{% for i in range(count) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}", "t");
        var texts = new string[200];
        Parallel.For(0, texts.Length, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            texts[i] = template.Render(new ChatInput([]) { Variables = new Dictionary<string, JsonNode?> { ["count"] = i } }).Text);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"{i * (i - 1) / 2}"), texts);
    }

    [Fact]
    public void Numbers_made_in_code_and_numbers_read_from_text_print_alike()
    {
        var variables = new Dictionary<string, JsonNode?>
        {
            ["a"] = 5,
            ["b"] = 5L,
            ["c"] = 5.0,
            ["d"] = 5.5f,
            ["e"] = JsonNode.Parse("5.0"),
            ["f"] = JsonNode.Parse("1e2"),
            ["g"] = 7.25m,
            ["h"] = (byte)3,
        };
        var text = ChatTemplate.Parse("{{ [a, b, c, d, e, f, g, h] }}", "t").Render(new ChatInput([]) { Variables = variables }).Text;
        Assert.Equal("[5, 5, 5.0, 5.5, 5.0, 100.0, 7.25, 3]", text);
    }

    [Fact]
    public void Given_variables_win_over_default_ones()
    {
        using var folder = new TemporaryFolder();
        folder.Write("chat_template.jinja", "{{ bos_token }}{{ eos_token }}");
        folder.Write("tokenizer_config.json", """{"bos_token": "<s>", "eos_token": {"content": "</s>"}}""");
        var template = ChatTemplate.FromModelFolder(folder.Path)!;
        Assert.Equal("<s></s>", template.Render(new ChatInput([])).Text);
        var input = new ChatInput([]) { Variables = new Dictionary<string, JsonNode?> { ["bos_token"] = "B" } };
        Assert.Equal("B</s>", template.Render(input).Text);
    }

    private static IEnumerable<string> Texts(RenderedChat chat) => chat.AssistantSpans.Select(span => chat.Text[span.Start..span.End]);
}

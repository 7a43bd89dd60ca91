using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

/// <summary>Templates and data from strangers end in a result or in a <see cref="HoneException"/>, soon and in bounded memory.</summary>
public sealed class HostileTemplateTests
{
    [Theory]
    [InlineData("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{% set x = range(100000)|list %}{% endfor %}")]
    [InlineData("{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}")]
    [InlineData("{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}{% endfor %}")]
    [InlineData("{% set ns = namespace(x=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ ns.x }}")]
    [InlineData("{% set ns = namespace(x=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}")]
    [InlineData("{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(100) %}{% set ns.x = (ns.x, ns.x) %}{% set ns.y = (ns.y, ns.y) %}{% endfor %}{{ ns.x == ns.y }}")]
    [InlineData("{% set ns = namespace(x=3) %}{% for i in range(100) %}{% set ns.x = ns.x * ns.x %}{% endfor %}")]
    [InlineData("{{ 2 ** (10 ** 9) }}")]
    [InlineData("{{ 10 ** 1000 * 1.0 }}")]
    [InlineData("{{ 'a' * 10 ** 18 }}")]
    [InlineData("{{ 'a' * 10 ** 30 }}")]
    [InlineData("{{ [1] * 10 ** 12 }}")]
    [InlineData("{{ range(10 ** 9) }}")]
    [InlineData("{{ 'a'.ljust(10 ** 9) }}")]
    [InlineData("{{ 'a'.zfill(10 ** 9) }}")]
    [InlineData("{{ 'a'|center(10 ** 9) }}")]
    [InlineData("{{ 'a'|indent(10 ** 9, true) }}")]
    [InlineData("{{ '%99999999d' % 1 }}")]
    [InlineData("{{ '%.99999999f' % 1 }}")]
    [InlineData("{{ '{:99999999}'.format(1) }}")]
    [InlineData("{{ '{:.99999999f}'.format(1) }}")]
    [InlineData("{{ '{:999999999999999}'.format(1) }}")]
    [InlineData("{{ [1]|batch(10 ** 9, 'x')|list }}")]
    [InlineData("{{ [1]|slice(10 ** 9)|list }}")]
    [InlineData("{{ ('a' * 10000).replace('', 'b' * 100000) }}")]
    [InlineData("{{ ('a' * 1000000).replace('a', 'b' * 1000) }}")]
    [InlineData("{{ ('b' * 100000).join('a' * 10000) }}")]
    [InlineData("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}")]
    [InlineData("{% macro f(x) %}{{ f([x]|map('list')|list) }}{% endmacro %}{{ f([1]) }}")]
    [InlineData("{% macro f() %}{% call f() %}{{ caller() }}{% endcall %}{% endmacro %}{{ f() }}")]
    [InlineData("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}")]
    [InlineData("{% set a = [] %}{% set _ = a.append(a) %}{{ a }}")]
    [InlineData("{% set a = [] %}{% set _ = a.append(a) %}{{ a|tojson }}")]
    [InlineData("{% set a = [] %}{% set b = [] %}{% set _ = a.append(b) %}{% set _ = b.append(a) %}{{ a == b }}")]
    [InlineData("{% set a = [1] %}{% for x in a %}{% set _ = a.append(x) %}{% endfor %}")]
    [InlineData("{% set x = 'a' * 1000000 %}{% set y = 'a' * 1000000 %}{% for i in range(100000) %}{% if x == y and x.startswith(y) and {x: 1}[y] %}{% endif %}{% endfor %}")]
    public void A_template_that_asks_for_too_much_is_stopped(string source)
    {
        var template = ChatTemplate.Parse(source, "hostile");
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => template.Render(new ChatInput([]))).ExitCode);
    }

    [Theory]
    [InlineData("{{ ", "(", "1", ")", " }}")]
    [InlineData("{{ ", "[", "1", "]", " }}")]
    [InlineData("{{ ", "{1:", "1", "}", " }}")]
    [InlineData("{{ ", "not ", "1", "", " }}")]
    [InlineData("{{ ", "- ", "1", "", " }}")]
    [InlineData("{{ x", "[x", "", "]", " }}")]
    [InlineData("{{ ", "f(", "1", ")", " }}")]
    [InlineData("{{ ", "1 if 1 else ", "1", "", " }}")]
    [InlineData("{{ 1", " is eq(1", "", ")", " }}")]
    [InlineData("{% set ", "(", "a", ")", " = 1 %}")]
    [InlineData("", "{% if x %}", "", "{% endif %}", "")]
    [InlineData("", "{% for a in b %}", "", "{% endfor %}", "")]
    [InlineData("", "{% macro m() %}", "", "{% endmacro %}", "")]
    public void Deep_nesting_in_the_source_is_an_error(string start, string open, string middle, string close, string end)
    {
        var source = start + string.Concat(Enumerable.Repeat(open, 10_000)) + middle + string.Concat(Enumerable.Repeat(close, 10_000)) + end;
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => ChatTemplate.Parse(source, "deep")).ExitCode);
    }

    [Theory]
    [InlineData("1", " + 1")]
    [InlineData("x", ".x")]
    [InlineData("x", "|string")]
    [InlineData("x", "()")]
    [InlineData("x", " or x")]
    [InlineData("x", "[0]")]
    public void Long_chains_do_not_overflow_the_stack(string first, string next)
    {
        var template = ChatTemplate.Parse("{{ " + first + string.Concat(Enumerable.Repeat(next, 50_000)) + " }}", "chain");
        Assert.Throws<HoneException>(() => template.Render(new ChatInput([])));
    }

    [Theory]
    [InlineData("{{ messages|tojson }}")]
    [InlineData("{{ messages }}")]
    [InlineData("{{ messages == tools }}")]
    [InlineData("{% macro f(x) %}{% for y in x %}{{ f(y) }}{% endfor %}{% endmacro %}{{ f(messages) }}")]
    public void Data_that_nests_deeply_does_not_crash(string source)
    {
        var template = ChatTemplate.Parse(source, "deep");
        foreach (var depth in (int[])[300, 890, 1000, 10_000])
        {
            var input = new ChatInput(Nested(depth)) { Tools = Nested(depth) };
            var thread = new Thread(() => RenderOrFail(template, input), 512 * 1024);
            thread.Start();
            thread.Join();
            RenderOrFail(template, input);
        }
    }

    [Theory]
    [InlineData("""[{"role": "a", "role": "b"}]""")]
    [InlineData("""[{"content": "\ud800"}]""")]
    public void Data_that_is_malformed_is_an_error(string messages) => Assert.Equal(
        ExitCode.Data,
        Assert.Throws<HoneException>(() => ChatTemplate.Parse("{{ messages }}", "t").Render(new ChatInput(JsonNode.Parse(messages)!.AsArray()))).ExitCode);

    [Fact]
    public void Damaged_templates_render_or_fail_cleanly()
    {
        var random = new Random(20240711);
        var sources = Directory.GetFiles(SharedData.PathOf("templates"), "*.jinja").Order(StringComparer.Ordinal).Select(File.ReadAllText).ToArray();
        var input = new ChatInput(JsonNode.Parse("""[{"role": "system", "content": "S"}, {"role": "user", "content": [{"type": "text", "text": "U"}]}, {"role": "assistant", "content": null, "tool_calls": [{"id": "c", "function": {"name": "f", "arguments": {"a": 1}}}]}, {"role": "tool", "content": "R"}]""")!.AsArray())
        {
            Now = new DateTime(2024, 7, 11),
        };
        var rendered = 0;
        for (var i = 0; i < 4000; i++)
        {
            try
            {
                ChatTemplate.Parse(Damage(sources[random.Next(sources.Length)], sources, random), "damaged").Render(input);
                rendered++;
            }
            catch (HoneException)
            {
                // The expected way to fail; any other exception fails the test.
            }
        }

        Assert.InRange(rendered, 50, 3950);
    }

    private static string Damage(string source, string[] others, Random random)
    {
        var at = random.Next(source.Length);
        var length = Math.Min(random.Next(1, 12), source.Length - at);
        switch (random.Next(5))
        {
            case 0: return source[..at];
            case 1: return source.Remove(at, length);
            case 2: return source.Insert(at, source.Substring(random.Next(source.Length - length), length));
            case 3:
                var other = others[random.Next(others.Length)];
                return source[..at] + other[random.Next(other.Length)..];
            default:
                var marks = "{}%#-+()[]'\"\\|~.,:*/=<>0x\n \ud83d";
                return source[..at] + marks[random.Next(marks.Length)] + source[(at + 1)..];
        }
    }

    private static JsonArray Nested(int depth) => JsonNode.Parse(
        new string('[', depth) + new string(']', depth), documentOptions: new JsonDocumentOptions { MaxDepth = depth + 1 })!.AsArray();

    private static void RenderOrFail(ChatTemplate template, ChatInput input)
    {
        try
        {
            template.Render(input);
        }
        catch (HoneException e)
        {
            Assert.Equal(ExitCode.Data, e.ExitCode);
        }
    }
}

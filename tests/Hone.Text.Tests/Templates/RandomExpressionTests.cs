using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

/// <summary>Every filter, test and method meets values and arguments of every kind.</summary>
public sealed class RandomExpressionTests
{
    private static readonly string[] Atoms =
        """n|s|e|i|f|neg|big|t|l|ls|d|m|ml|fl|zz|0|1|-1|2.5|'a'|''|none|[]|{}|()|range(5)|m[0]|'%s %d'|'{} {0} {:>5}'|1e308|2**63|namespace(a=1)|(1,2)|'😀é'|l.copy|99999999999|'%5.3f'|'{:^9.2f}'""".Split('|');

    private static readonly string[] Filters =
        "tojson default string safe length attr upper lower capitalize trim title replace indent center escape format truncate wordcount urlencode abs int float round sum list first last join items dictsort sort min max unique groupby reverse batch slice map select reject selectattr rejectattr".Split(' ');

    private static readonly string[] Tests =
        "defined none boolean true integer number string mapping sequence iterable callable lower upper odd even divisibleby sameas in eq ne lt ge filter test".Split(' ');

    private static readonly string[] Methods =
        "upper casefold capitalize title swapcase strip rstrip split rsplit splitlines partition rpartition startswith endswith removeprefix replace join find rfind index count zfill ljust center format isspace isdigit istitle items keys values get copy pop setdefault update clear append extend insert remove reverse sort".Split(' ');

    private static readonly string[] Operators = "+|-|*|/|//|%|**|~|==|<|>=|in|not in|and|or".Split('|');

    private static readonly string[] Keywords = "attribute= width= reverse= boolean= default= indent= precision=".Split(' ');

    [Fact]
    public void Random_expressions_render_or_fail_cleanly()
    {
        var first = File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "tests/Hone.Text.Tests/Templates/jinja2-3.1.6.jsonl")).First();
        var input = new ChatInput([]) { Variables = JsonNode.Parse(first)!["variables"]!.AsObject().ToDictionary() };
        var random = new Random(5);
        var rendered = 0;
        for (var i = 0; i < 20_000; i++)
        {
            try
            {
                ChatTemplate.Parse("{{ " + Expression(random, 0) + " }}", "random").Render(input);
                rendered++;
            }
            catch (HoneException)
            {
                // The expected way to fail; any other exception fails the test.
            }
        }

        Assert.InRange(rendered, 1000, 19_000);
    }

    private static string Expression(Random random, int depth) => random.Next(depth > 3 ? 2 : 9) switch
    {
        0 or 1 => Pick(random, Atoms),
        2 => $"({Expression(random, depth + 1)}|{Pick(random, Filters)}({Arguments(random)}))",
        3 => $"({Expression(random, depth + 1)} is {Pick(random, Tests)}({(random.Next(2) == 0 ? "" : Expression(random, depth + 1))}))",
        4 => $"({Expression(random, depth + 1)}).{Pick(random, Methods)}({Arguments(random)})",
        5 or 6 => $"({Expression(random, depth + 1)} {Pick(random, Operators)} {Expression(random, depth + 1)})",
        7 => $"({Expression(random, depth + 1)})[{Expression(random, depth + 1)}]",
        _ => $"({Expression(random, depth + 1)})[{Pick(random, Atoms)}:{Pick(random, Atoms)}:{Pick(random, Atoms)}]",
    };

    private static string Arguments(Random random) => string.Join(
        ", ", Enumerable.Range(0, random.Next(4)).Select(_ => (random.Next(6) == 0 ? Pick(random, Keywords) : "") + Pick(random, Atoms)));

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}

using System.Text;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

/// <summary>
/// Small templates, one construct each, with what Python's Jinja2 3.1.6 makes of them (set up as transformers does:
/// blocks trimmed, loop controls, plain <c>tojson</c>; lists and dictionaries may be changed). The first line of the file
/// holds the variables, each other line a template with its result or <c>fails</c>.
/// </summary>
public sealed class JinjaSemanticsTests
{
    [Fact]
    public void Small_templates_render_as_in_Jinja2()
    {
        var lines = File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "tests/Hone.Text.Tests/Templates/jinja2-3.1.6.jsonl"))
            .Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        var variables = lines[0]["variables"]!.AsObject().ToDictionary();
        var differences = new StringBuilder();
        foreach (var fields in lines.Skip(1))
        {
            var source = (string)fields["template"]!;
            var expected = fields.ContainsKey("fails") ? "(fails)" : (string)fields["rendered"]!;
            var actual = RenderOrFail(source, variables);
            if (actual != expected) differences.AppendLine($"{source}\n  gives    {actual}\n  expected {expected}");
        }

        Assert.True(lines.Count > 600);
        Assert.True(differences.Length == 0, differences.ToString());
    }

    private static string RenderOrFail(string source, Dictionary<string, JsonNode?> variables)
    {
        try
        {
            return ChatTemplate.Parse(source, "case").Render(new ChatInput([]) { Variables = variables }).Text;
        }
        catch (HoneException)
        {
            return "(fails)";
        }
    }
}

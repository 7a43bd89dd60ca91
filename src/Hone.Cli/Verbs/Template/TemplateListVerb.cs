using Hone.Settings;
using Hone.Text.Templates;
using Hone.Training;

namespace Hone.Cli;

/// <summary><c>hone template list</c>: the templates that are known by name.</summary>
internal sealed class TemplateListVerb : Verb<TemplateListSettings>
{
    public override string Name => "template list";

    public override string Summary => "The chat templates that are known by name, and the models they are for.";

    public override string Example => "template list";

    protected override ExitCode Run(TemplateListSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var templates = Registrations.Of(settings).Templates.All;
        console.Table(["name", "also", "for"], [.. templates.Select(t => (IReadOnlyList<string>)[t.Name, string.Join(' ', t.Aliases), t.About])]);
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteStartArray("templates");
            foreach (var template in templates)
            {
                json.WriteStartObject();
                json.WriteString("name", template.Name);
                json.WriteStartArray("aliases");
                foreach (var alias in template.Aliases) json.WriteStringValue(alias);
                json.WriteEndArray();
                json.WriteString("about", template.About);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }));
        return ExitCode.Done;
    }
}

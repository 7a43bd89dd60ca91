using Hone.Hub;
using Hone.Settings;
using Hone.Text.Templates;
using Hone.Training;

namespace Hone.Cli;

/// <summary><c>hone template show</c>: a template's Jinja text, as it would be saved with a model.</summary>
internal sealed class TemplateShowVerb : Verb<TemplateShowSettings>
{
    public override string Name => "template show";

    public override string Summary => "Print the Jinja text of a chat template.";

    public override string Example => "template show chatml";

    protected override ExitCode Run(TemplateShowSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var folder = settings.Model is null ? null : ModelFolders.Find(settings.Model, ModelParts.Description, settings.ModelRevision, DownloadDisplay.Access(console, settings.UseHf), cancellation);
        var template = ChatTemplate.Load(settings.Template, folder, Registrations.Of(settings).Templates)
            ?? throw new HoneException(ExitCode.Model, "The model has no chat template.", settings.Model, "hone template list shows those that are known by name.");
        if (settings.Json)
        {
            console.JsonLine(JsonText.Line(json =>
            {
                json.WriteString("name", template.Name);
                json.WriteBoolean("marks_answers", template.MarksAssistant);
                json.WriteString("template", template.Source);
            }));
            return ExitCode.Done;
        }

        // To a file or pipe it goes as it is: that is what --template F.jinja reads.
        console.Out.Write(console.IsTerminal ? TerminalText.Harmless(template.Source) : template.Source);
        if (!template.Source.EndsWith('\n') && console.IsTerminal) console.Out.WriteLine();
        return ExitCode.Done;
    }
}

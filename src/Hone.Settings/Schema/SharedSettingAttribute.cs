namespace Hone.Settings;

/// <summary>A setting that several verbs have and that means the same in each, so that it is declared once.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class SharedSettingAttribute : SettingAttribute
{
    /// <summary>Declares it.</summary>
    /// <param name="name">One of the names below.</param>
    public SharedSettingAttribute(string name)
        : base(name)
    {
        Group = name is "template" or "system" or "model_revision" or "use_hf" ? "Model" : "Data";
        switch (name)
        {
            case "template":
                (Path, MissingPath, Aliases) = (PathUse.FileOrName, ExitCode.Model, ["chat_template", "template_type"]);
                (Help, DefaultNote) = ("Chat template: a name that hone template list shows, or a Jinja file.", "the model's own");
                break;
            case "system":
                (Help, DefaultNote) = ("System message for rows that have none.", "the row's own, else the template's");
                break;
            case "model_revision":
                Aliases = ["revision", "hub_revision"];
                (Help, DefaultNote) = ("Branch, tag or commit of a model that is named by its id.", "the main branch");
                break;
            case "use_hf":
                Help = "Take ids without hf:: or ms:: from Hugging Face; with false from ModelScope.";
                break;
            case "columns":
                Help = "The rows' own names of columns and the names known here: question=query answer=response. A JSON object of such pairs will do.";
                DefaultNote = "recognised by themselves";
                break;
            case "custom_dataset_info":
                (Path, MissingPath, Aliases) = (PathUse.Input, ExitCode.Data, ["dataset_info"]);
                (Help, DefaultNote) = ("File that describes columns and roles of data files, as LLaMA-Factory or ms-swift write it.", "dataset_info.json beside the data");
                break;
            case "truncation_strategy":
                Help = "What to do with longer rows; they are counted and listed either way.";
                break;
            case "strict":
                Help = "Stop at the first row that cannot be used. With false, such rows are left out, counted and listed.";
                break;
            case "model_name" or "model_author":
                Help = $"Replaces {(name == "model_name" ? "{{NAME}}" : "{{AUTHOR}}")} in self-cognition rows: one name for all, or a Chinese and an English one.";
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(name), name, null);
        }
    }
}

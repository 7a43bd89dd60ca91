namespace Hone.Settings;

/// <summary>A setting about rows that several verbs have and that means the same in each.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class RowSettingAttribute : SettingAttribute
{
    /// <summary>Declares it.</summary>
    /// <param name="name">One of the names below.</param>
    public RowSettingAttribute(string name)
        : base(name)
    {
        Group = name == "system" ? "Model" : "Data";
        (Help, DefaultNote) = name switch
        {
            "system" => ("System message for rows that have none.", "the row's own, else the template's"),
            "columns" => ("The rows' own names of columns and the names known here: question=query answer=response. A JSON object of such pairs will do.",
                "recognised by themselves"),
            "custom_dataset_info" => ("File that describes columns and roles of data files, as LLaMA-Factory or ms-swift write it.", "dataset_info.json beside the data"),
            "truncation_strategy" => ("What to do with longer rows; they are counted and listed either way.", null),
            "strict" => ("Stop at the first row that cannot be used. With false, such rows are left out, counted and listed.", null),
            "model_name" => ("Replaces {{NAME}} in self-cognition rows: one name for all, or a Chinese and an English one.", null),
            "model_author" => ("Replaces {{AUTHOR}} in self-cognition rows: one name for all, or a Chinese and an English one.", (string?)null),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
        if (name != "custom_dataset_info") return;
        (Path, MissingPath, Aliases) = (PathUse.Input, ExitCode.Data, ["dataset_info"]);
    }
}

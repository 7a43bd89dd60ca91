namespace Hone.Settings;

/// <summary>The setting <c>template</c>, which several verbs have.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TemplateSettingAttribute : SettingAttribute
{
    /// <summary>Declares it.</summary>
    public TemplateSettingAttribute()
        : base("template")
    {
        Group = "Model";
        Path = PathUse.FileOrName;
        MissingPath = ExitCode.Model;
        Aliases = ["chat_template", "template_type"];
        DefaultNote = "the model's own";
        Help = "Chat template: a name that hone template list shows, or a Jinja file.";
    }
}

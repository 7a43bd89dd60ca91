namespace Hone.Settings;

/// <summary>The setting <c>model_revision</c>, which all verbs have that take a model's id.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ModelRevisionSettingAttribute : SettingAttribute
{
    /// <summary>Declares it.</summary>
    public ModelRevisionSettingAttribute()
        : base("model_revision")
    {
        Group = "Model";
        Aliases = ["revision", "hub_revision"];
        DefaultNote = "the main branch";
        Help = "Branch, tag or commit of a model that is named by its id.";
    }
}

/// <summary>The setting <c>use_hf</c>, which all verbs have that take ids on a hub.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class UseHfSettingAttribute : SettingAttribute
{
    /// <summary>Declares it.</summary>
    public UseHfSettingAttribute()
        : base("use_hf")
    {
        Group = "Model";
        Help = "Take ids without hf:: or ms:: from Hugging Face; with false from ModelScope.";
    }
}

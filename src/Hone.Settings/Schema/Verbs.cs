namespace Hone.Settings;

/// <summary>The verbs and their settings types.</summary>
public static class Verbs
{
    /// <summary>Every verb that takes settings, in the order in which help lists them.</summary>
    public static IReadOnlyList<(string Verb, Type Settings)> All { get; } =
    [
        ("sft", typeof(SftSettings)),
        ("pt", typeof(PretrainSettings)),
        ("infer", typeof(InferSettings)),
        ("eval", typeof(EvalSettings)),
        ("merge-lora", typeof(MergeLoraSettings)),
        ("plan", typeof(PlanSettings)),
        ("data preview", typeof(DataPreviewSettings)),
        ("data stats", typeof(PlanSettings)),
        ("data check", typeof(PlanSettings)),
        ("data convert", typeof(DataConvertSettings)),
        ("data tokenize", typeof(PlanSettings)),
        ("tokenize", typeof(TokenizeSettings)),
        ("template list", typeof(TemplateListSettings)),
        ("template show", typeof(TemplateShowSettings)),
        ("template check", typeof(TemplateCheckSettings)),
        ("template render", typeof(TemplateRenderSettings)),
        ("doctor", typeof(DoctorSettings)),
    ];

    /// <summary>The verbs that have a setting of this name or alias.</summary>
    internal static List<string> Knowing(string name) =>
        [.. All.Where(v => SettingSchema.Of(v.Settings).Find(name) is not null).Select(v => v.Verb)];
}

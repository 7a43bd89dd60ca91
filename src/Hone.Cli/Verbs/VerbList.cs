namespace Hone.Cli;

/// <summary>The verbs that exist, in the order in which help lists them.</summary>
internal static class VerbList
{
    public static IReadOnlyList<IVerb> All { get; } =
    [
        new SftVerb(),
        new PretrainVerb(),
        new InferVerb(),
        new EvalVerb(),
        new MergeLoraVerb(),
        new PlanVerb(),
        new DataPreviewVerb(),
        new DataStatsVerb(),
        new DataCheckVerb(),
        new DataConvertVerb(),
        new DataTokenizeVerb(),
        new TokenizeVerb(),
        new TemplateListVerb(),
        new TemplateShowVerb(),
        new TemplateCheckVerb(),
        new TemplateRenderVerb(),
        new DoctorVerb(),
    ];
}

#pragma warning disable CS1591 // A setting is documented once, by the Help of its attribute.
namespace Hone.Settings;

/// <summary>Settings of <c>hone plan</c>: those of the run to be planned, with the defaults of its verb.</summary>
public record PlanSettings : PretrainSettings
{
    /// <summary>Starts from the defaults of <c>sft</c>, since fine-tuning is what is planned unless something says otherwise.</summary>
    public PlanSettings() => TakeDefaultsOf(typeof(SftSettings));

    [Setting("for", Group = "Run", DefaultNote = "pt when init is set, else sft",
        Help = "The verb to plan. The defaults are its own: pt trains every parameter and learns every token.")]
    public PlannedVerb? For { get; init; }

    internal override void TakeDefaults(IReadOnlyDictionary<string, object?> given)
    {
        // Only pt knows init, so a file that has it is meant for pt.
        if (given.GetValueOrDefault("for") is PlannedVerb verb ? verb == PlannedVerb.Pretraining : given.ContainsKey("init"))
            TakeDefaultsOf(typeof(PretrainSettings));
    }

    private protected override void CheckRules(RuleChecker rules)
    {
        base.CheckRules(rules);
        rules.Require("for", For != PlannedVerb.FineTuning || Init == WeightInit.Pretrained,
            "for is sft and init is random, which sft does not know", "plan for pt, or leave init out");
    }

    private void TakeDefaultsOf(Type verb)
    {
        foreach (var setting in SettingSchema.Of(verb).Settings) setting.SetValue(this, setting.Default);
    }
}

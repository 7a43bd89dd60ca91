namespace Hone.Settings;

/// <summary>The figure of merit that chooses the best checkpoint.</summary>
public enum BestMetric
{
    /// <summary>Smallest loss on the validation rows.</summary>
    [SettingValue("loss", "eval_loss")]
    Loss,

    /// <summary>Largest share of learned tokens on the validation rows that were predicted exactly.</summary>
    [SettingValue("token_acc", "eval_token_acc", "acc")]
    TokenAccuracy,
}

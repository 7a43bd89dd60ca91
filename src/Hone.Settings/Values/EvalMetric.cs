namespace Hone.Settings;

/// <summary>A figure that <c>hone eval</c> computes.</summary>
public enum EvalMetric
{
    /// <summary>Mean cross-entropy of the learned tokens.</summary>
    [SettingValue("loss")]
    Loss,

    /// <summary>Share of the learned tokens that the model predicts exactly.</summary>
    [SettingValue("token_acc")]
    TokenAccuracy,
}

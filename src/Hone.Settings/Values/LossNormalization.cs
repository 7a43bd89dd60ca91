namespace Hone.Settings;

/// <summary>What the loss of an optimizer step is divided by.</summary>
public enum LossNormalization
{
    /// <summary>The learned tokens of all its micro-batches, so that accumulation and packing don't change it.</summary>
    [SettingValue("tokens", "token_weighted")]
    Tokens,

    /// <summary>Each micro-batch by its own learned tokens, then their mean: a token in a short micro-batch counts for more.</summary>
    [SettingValue("mean_of_means")]
    MeanOfMeans,

    /// <summary>As <see cref="Tokens"/>, but a learned first token of a row, which nothing predicts, is counted too.</summary>
    [SettingValue("unshifted_count")]
    UnshiftedCount,
}

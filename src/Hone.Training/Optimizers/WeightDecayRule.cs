namespace Hone.Training.Optimizers;

/// <summary>
/// Which parameters weight decay leaves alone, by name: Hugging Face's rule since transformers 5. It goes by names because
/// a checkpoint has nothing else to say what a tensor is.
/// </summary>
public static class WeightDecayRule
{
    private static readonly string[] ExemptAnywhere = ["bias", "layernorm", "rmsnorm"];

    /// <summary>
    /// False for every name that contains <c>bias</c>, <c>layernorm</c> or <c>rmsnorm</c>, or has a part that is
    /// <c>norm</c> or ends in <c>_norm</c>.
    /// </summary>
    public static bool Decays(string parameterName)
    {
        ArgumentNullException.ThrowIfNull(parameterName);
        foreach (var word in ExemptAnywhere)
        {
            if (parameterName.Contains(word, StringComparison.OrdinalIgnoreCase)) return false;
        }

        foreach (var part in parameterName.Split('.'))
        {
            if (part.Equals("norm", StringComparison.OrdinalIgnoreCase) || part.EndsWith("_norm", StringComparison.OrdinalIgnoreCase)) return false;
        }

        return true;
    }
}

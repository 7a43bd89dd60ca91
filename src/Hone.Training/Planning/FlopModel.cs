using Hone.Models;

namespace Hone.Training.Planning;

/// <summary>
/// Floating-point operations that a step must do: products with weights, one multiply and one add each. Attention, norms and
/// whatever is not done (gradients of frozen weights, logits of unsupervised rows) are not counted.
/// </summary>
public sealed class FlopModel
{
    private readonly double perToken;
    private readonly double perLearnedToken;

    /// <summary>Counts a decoder's products.</summary>
    /// <param name="decoder">The model or its outline, with its adapter.</param>
    public FlopModel(Decoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        foreach (var p in decoder.Parameters.Concat(decoder.AdapterParameters))
        {
            // Forward and the gradient of the input take 2 each; a trained matrix takes 2 more.
            if (p.Shape.Count < 2 || p.Name == "model.embed_tokens.weight" || p.Name == "lm_head.weight") continue;
            perToken += (p.IsTrainable ? 6.0 : 4.0) * p.Count;
        }

        var head = decoder.Parameters.LastOrDefault(p => p.Name == "lm_head.weight") ?? decoder["model.embed_tokens.weight"];
        perLearnedToken = (head.IsTrainable ? 6.0 : 4.0) * head.Count;
    }

    /// <summary>Operations of a step, or of a whole run.</summary>
    public double Of(double tokens, double learnedTokens) => perToken * tokens + perLearnedToken * learnedTokens;
}

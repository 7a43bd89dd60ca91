using System.Globalization;
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
    private readonly double outputPerLearnedToken;

    /// <summary>Counts a decoder's products.</summary>
    /// <param name="decoder">The model or its outline, with its adapter.</param>
    public FlopModel(Decoder decoder)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        var all = decoder.Parameters.Concat(decoder.AdapterParameters).ToList();
        var lowest = decoder["model.embed_tokens.weight"].IsTrainable
            ? -1
            : all.Where(p => p.IsTrainable).Select(p => BlockOf(p) ?? int.MaxValue).DefaultIfEmpty(int.MaxValue).Min();
        foreach (var p in all)
        {
            if (p.Shape.Count < 2 || BlockOf(p) is not { } block) continue;

            // After its attention the last block runs only for the learned rows.
            var operations = Factor(p, block, lowest) * p.Count;
            if (block == decoder.Spec.LayerCount - 1 && !ReadsBlockInput(p)) perLearnedToken += operations;
            else perToken += operations;
        }

        var head = decoder.Parameters.LastOrDefault(p => p.Name == "lm_head.weight") ?? decoder["model.embed_tokens.weight"];
        outputPerLearnedToken = (head.IsTrainable ? 6.0 : 4.0) * head.Count;
    }

    /// <summary>Operations of a step, or of a whole run.</summary>
    public double Of(double tokens, double learnedTokens) => OfBlocks(tokens, learnedTokens) + outputPerLearnedToken * learnedTokens;

    /// <summary>The same without the output layer.</summary>
    internal double OfBlocks(double tokens, double learnedTokens) => perToken * tokens + perLearnedToken * learnedTokens;

    // Forward and the gradient of the input take 2 each; a trained matrix takes 2 more. Nothing goes back below the lowest
    // trained block, nor to its input.
    private static double Factor(Parameter p, int block, int lowest)
    {
        if (block < lowest) return 2;
        var needsInputGradient = block > lowest || !ReadsBlockInput(p) || p.Name.EndsWith(".lora_B.weight", StringComparison.Ordinal);
        return 2 + (needsInputGradient ? 2 : 0) + (p.IsTrainable ? 2 : 0);
    }

    private static bool ReadsBlockInput(Parameter p) => p.Name.Contains(".q_proj.", StringComparison.Ordinal)
        || p.Name.Contains(".k_proj.", StringComparison.Ordinal) || p.Name.Contains(".v_proj.", StringComparison.Ordinal);

    private static int? BlockOf(Parameter p) =>
        p.Name.Split('.') is ["model", "layers", var number, ..] && int.TryParse(number, CultureInfo.InvariantCulture, out var block) ? block : null;
}

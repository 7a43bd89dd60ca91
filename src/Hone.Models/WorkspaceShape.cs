namespace Hone.Models;

/// <summary>What a <see cref="DecoderWorkspace"/> must be able to hold.</summary>
/// <param name="MaxTokens">Largest micro-batch, tokens.</param>
/// <param name="MaxTargets">Most supervised tokens in a micro-batch.</param>
/// <param name="Training">Room for a backward pass.</param>
/// <param name="Checkpointing">Keep only each block's input and compute the rest again in the backward pass.</param>
/// <param name="MaxSequence">
/// Tokens of the longest single sample; 0 means that it can be as long as a micro-batch. Rotary embeddings whose frequencies follow the
/// length follow this, so give it wherever samples share a micro-batch: packing must not change the model.
/// </param>
public readonly record struct WorkspaceShape(int MaxTokens, int MaxTargets, bool Training, bool Checkpointing = false, int MaxSequence = 0)
{
    /// <summary>The same with no more supervised tokens and no longer sample than a micro-batch has tokens.</summary>
    internal WorkspaceShape Bounded() => this with
    {
        MaxTargets = Math.Clamp(MaxTargets, 1, MaxTokens),
        MaxSequence = MaxSequence <= 0 ? MaxTokens : Math.Min(MaxSequence, MaxTokens),
    };
}

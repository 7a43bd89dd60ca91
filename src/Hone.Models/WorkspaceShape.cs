namespace Hone.Models;

/// <summary>What a <see cref="DecoderWorkspace"/> must be able to hold.</summary>
/// <param name="MaxTokens">Largest micro-batch, tokens.</param>
/// <param name="MaxTargets">Most supervised tokens in a micro-batch.</param>
/// <param name="Training">Room for a backward pass.</param>
/// <param name="Checkpointing">Keep only each block's input and compute the rest again in the backward pass.</param>
/// <param name="FewLogits">Hold logits of few tokens at a time, where that changes no bit: where the output table is frozen.</param>
/// <param name="OneMicroBatch">
/// A step has one micro-batch, so nothing needs the gradients of a block before its backward pass: what the next block keeps until then
/// lies in their memory.
/// </param>
public readonly record struct WorkspaceShape(int MaxTokens, int MaxTargets, bool Training, bool Checkpointing = false, bool FewLogits = false,
    bool OneMicroBatch = false)
{
    /// <summary>The same with no more supervised tokens than a micro-batch has tokens.</summary>
    internal WorkspaceShape Bounded() => this with { MaxTargets = Math.Clamp(MaxTargets, 1, MaxTokens) };
}

using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>What every block of one micro-batch sees besides the hidden states.</summary>
/// <param name="Kernels">The device.</param>
/// <param name="Tokens">T.</param>
/// <param name="Positions">The row of the rotary tables for each token, I32 [1, T].</param>
/// <param name="SegmentStarts">I32 [1, segments + 1].</param>
/// <param name="Cos">[positions, R/2].</param>
/// <param name="Sin">[positions, R/2].</param>
/// <param name="DropoutKey">Seed of this micro-batch's dropout masks; null when dropout is off.</param>
/// <param name="OverwriteGradients">The backward pass overwrites the gradients of weights instead of adding to them.</param>
internal readonly record struct BlockInput(IKernels Kernels, int Tokens, Tensor Positions, Tensor SegmentStarts,
    Tensor Cos, Tensor Sin, ulong? DropoutKey, bool OverwriteGradients);

using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>dk and dv of a wave: the shares of a key-value head's query heads, added in order. An item is one segment and one key-value head.</summary>
internal readonly unsafe struct AttentionKeySumJob(AttentionBlocks blocks, int* starts, int firstSegment, int wave, float* partials, Tensor dk,
    Tensor dv) : ITeamJob
{
    public void Execute(int item, int thread)
    {
        var shape = blocks.Shape;
        var (segment, keyHead) = Math.DivRem(item, shape.KeyValueHeads);
        var key = starts[firstSegment + segment] + wave * AttentionBlocks.Rows;
        var keys = Math.Min(AttentionBlocks.Rows, starts[firstSegment + segment + 1] - key);
        var group = shape.Heads / shape.KeyValueHeads;
        var first = partials + (nint)(segment * shape.Heads + keyHead * group) * blocks.PartialSize;
        for (var i = 0; i < keys; i++)
        {
            Row(first + i * blocks.Width, group, dk.F32 + (nint)(key + i) * dk.Stride + keyHead * blocks.Size);
            Row(first + blocks.PartialSize / 2 + i * blocks.Width, group, dv.F32 + (nint)(key + i) * dv.Stride + keyHead * blocks.Size);
        }
    }

    private void Row(float* shares, int group, float* to)
    {
        for (var d = 0; d < blocks.Size; d += Vectors.Lanes)
        {
            var sum = Vector256.Load(shares + d);
            for (var head = 1; head < group; head++) sum += Vector256.Load(shares + (nint)head * blocks.PartialSize + d);
            Vectors.Store(sum, to + d, blocks.Size - d);
        }
    }
}

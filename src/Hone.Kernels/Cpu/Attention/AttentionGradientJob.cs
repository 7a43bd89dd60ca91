using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Backward attention for one wave: the block of keys number <c>wave</c> of some segments. An item is one segment and one query
/// head; it leaves its share of dk and dv in <paramref name="partials"/>.
/// </summary>
internal readonly unsafe struct AttentionGradientJob<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, int* starts, int firstSegment,
    int wave, Tensor dq, float* partials) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        var (segment, head) = Math.DivRem(item, blocks.Shape.Heads);
        int start = starts[firstSegment + segment], end = starts[firstSegment + segment + 1], key = start + wave * AttentionBlocks.Rows;
        if (key >= end) return;
        var keys = Math.Min(AttentionBlocks.Rows, end - key);
        var gradient = new KeyBlockGradient<TWidth, V>(blocks, x, dq);
        gradient.Load(thread, head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads, key, keys);
        gradient.Run(thread, head, start, end, key, keys, partials + item * blocks.PartialSize);
    }
}

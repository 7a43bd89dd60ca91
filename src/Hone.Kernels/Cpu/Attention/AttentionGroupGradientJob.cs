using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// Backward attention where there are enough segments and key-value heads to keep all threads busy: an item is one segment and one
/// key-value head, whose query heads share the copies of each block of keys. Every sum has the order that it has in waves, and with it the bits.
/// </summary>
internal readonly unsafe struct AttentionGroupGradientJob<TWidth, V>(AttentionBlocks blocks, AttentionOperands x, int* starts, Tensor dq,
    Tensor dk, Tensor dv, float* partials) : ITeamJob
    where TWidth : struct, IVectorWidth<V>
    where V : struct
{
    public void Execute(int item, int thread)
    {
        var shape = blocks.Shape;
        var (segment, keyHead) = Math.DivRem(item, shape.KeyValueHeads);
        int start = starts[segment], end = starts[segment + 1], group = shape.Heads / shape.KeyValueHeads;
        var partial = partials + thread * blocks.PartialSize;
        var gradient = new KeyBlockGradient<TWidth, V>(blocks, x, dq);
        for (var key = start; key < end; key += AttentionBlocks.Rows)
        {
            var keys = Math.Min(AttentionBlocks.Rows, end - key);
            gradient.Load(thread, keyHead, key, keys);
            for (var i = 0; i < group; i++)
            {
                gradient.Run(thread, keyHead * group + i, start, end, key, keys, partial);
                for (var j = 0; j < keys; j++)
                {
                    var column = keyHead * blocks.Size;
                    Add(partial + j * blocks.Width, dk.F32 + (nint)(key + j) * dk.Stride + column, i > 0);
                    Add(partial + blocks.PartialSize / 2 + j * blocks.Width, dv.F32 + (nint)(key + j) * dv.Stride + column, i > 0);
                }
            }
        }
    }

    private void Add(float* share, float* to, bool add)
    {
        for (var d = 0; d < blocks.Size; d += TWidth.Lanes)
        {
            var n = blocks.Size - d;
            var value = TWidth.Load(share + d);
            TWidth.Store(add ? TWidth.Add(TWidth.Load(to + d, n), value) : value, to + d, n);
        }
    }
}

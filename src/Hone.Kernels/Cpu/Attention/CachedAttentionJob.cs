using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu.Attention;

/// <summary>
/// One query of one head over a cache: an item. Reads keys and values once, as rows, with an online softmax over blocks of 64 keys.
/// For few queries, where turning the keys would cost more than the products.
/// </summary>
internal readonly unsafe struct CachedAttentionJob(AttentionBlocks blocks, Tensor q, Tensor k, Tensor v, Tensor output) : ITeamJob
{
    public void Execute(int item, int thread)
    {
        var (query, head) = Math.DivRem(item, blocks.Shape.Heads);
        var column = head * blocks.Shape.KeyValueHeads / blocks.Shape.Heads * blocks.Size;
        var position = k.Rows - q.Rows + query;
        var from = q.F32 + (nint)query * q.Stride + head * blocks.Size;
        float* sum = blocks.Sums(thread, 0), scores = blocks.Scores(thread);
        new Span<float>(sum, blocks.Width).Clear();
        var (largest, total) = (float.NegativeInfinity, 0f);
        for (var key = blocks.FirstKey(position, 0); key <= position; key += AttentionBlocks.Rows)
        {
            var keys = Math.Min(AttentionBlocks.Rows, position + 1 - key);
            new Span<float>(scores, AttentionBlocks.Rows).Fill(float.NegativeInfinity);
            var now = largest;
            for (var j = 0; j < keys; j++)
            {
                var dot = CpuKernels.SumOfProducts(from, k.F32 + (nint)(key + j) * k.Stride + column, blocks.Size);
                scores[j] = dot * blocks.Shape.Scale;
                now = MathF.Max(now, scores[j]);
            }

            var kept = Vectors.Exp(largest - now);
            total = MathF.FusedMultiplyAdd(total, kept, Exponentials(scores, now));
            largest = now;
            for (var i = 0; i < blocks.Width; i += Vectors.Lanes) (Vector256.Load(sum + i) * kept).Store(sum + i);
            for (var j = 0; j < keys; j++) Add(scores[j], v.F32 + (nint)(key + j) * v.Stride + column, sum);
        }

        var to = output.F32 + (nint)query * output.Stride + head * blocks.Size;
        for (var i = 0; i < blocks.Size; i += Vectors.Lanes) Vectors.Store(Vector256.Load(sum + i) * (1 / total), to + i, blocks.Size - i);
    }

    private static float Exponentials(float* scores, float largest)
    {
        var offset = Vector256.Create(largest);
        var (lower, upper) = (Vector256<float>.Zero, Vector256<float>.Zero);
        for (var j = 0; j < AttentionBlocks.Rows; j += Vectors.SumLanes)
        {
            var (a, b) = (Vectors.Exp(Vector256.Load(scores + j) - offset), Vectors.Exp(Vector256.Load(scores + j + Vectors.Lanes) - offset));
            a.Store(scores + j);
            b.Store(scores + j + Vectors.Lanes);
            lower += a;
            upper += b;
        }

        return Vectors.Sum(lower, upper);
    }

    private void Add(float p, float* value, float* sum)
    {
        var factor = Vector256.Create(p);
        for (var i = 0; i < blocks.Size; i += Vectors.Lanes)
            Vector256.FusedMultiplyAdd(Vectors.Load(value + i, blocks.Size - i), factor, Vector256.Load(sum + i)).Store(sum + i);
    }
}

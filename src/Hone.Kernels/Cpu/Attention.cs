using System.Runtime.Intrinsics;
using Hone.Kernels.Cpu.Attention;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Causal attention with grouped queries within segments. q, output, dq, dOutput [T, H·D]; k, v, dk, dv [T, G·D];
/// logSumExp, delta [T, H]; segmentStarts [1, S + 1]. Blocks of 64 queries × 64 keys live in per-thread scratch. The
/// backward pass makes the probabilities again from logSumExp, in waves: wave n takes block n of the keys of every segment,
/// adds to dq, and sums the query heads' shares of dk and dv in order.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <summary>From this many queries on, a cache is read block by block.</summary>
    private const int CachedBlockQueries = 16;

    /// <summary>Segments whose shares of dk and dv are held at a time: bounds memory to 8·H·2·72·D numbers.</summary>
    private const int SegmentsAtOnce = 8;

    /// <summary>From so many segments and key-value heads for each thread on, the backward pass goes head by head and not in waves.</summary>
    private const int GroupsPerThread = 4;

    /// <summary>Whether attention and gated activations use vectors of 16. The bits don't depend on it; tests turn it off.</summary>
    internal bool WideVectors { get; set; } = Vector512.IsHardwareAccelerated;

    /// <summary>Most bytes that attention holds for a shape, both directions: for the memory plan.</summary>
    internal static long AttentionScratchBytes(in AttentionShape shape, int threads) =>
        ForwardScratchBytes(shape, threads) + ShareBytes(new AttentionBlocks(shape, null), SegmentsAtOnce);

    private static long ForwardScratchBytes(in AttentionShape shape, int threads) =>
        AttentionBlocks.FloatsPerThread(shape.HeadSize) * threads * sizeof(float);

    /// <summary>The shares of dk and dv of all query heads of some segments.</summary>
    private static long ShareBytes(in AttentionBlocks blocks, int segments) =>
        (long)segments * blocks.Shape.Heads * blocks.PartialSize * sizeof(float);

    /// <inheritdoc/>
    public void Attention(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, in AttentionShape shape)
    {
        RequireAttention(q, k, v, shape);
        Shapes.RequireSame(q, output);
        Shapes.Require(logSumExp.Rows == q.Rows && logSumExp.Columns == shape.Heads && logSumExp.Type == DType.F32, q, logSumExp);
        RequireSegments(segmentStarts, q);
        Shapes.Require(k.Rows == q.Rows, q, k);
        var blocks = new AttentionBlocks(shape, EnsureAttentionScratch(shape));
        ForwardBlocks(blocks, q, k, v, segmentStarts.I32, segmentStarts.Columns - 1, 0, output, logSumExp);
    }

    /// <inheritdoc/>
    public void CachedAttention(Tensor q, Tensor k, Tensor v, Tensor output, in AttentionShape shape)
    {
        RequireAttention(q, k, v, shape);
        Shapes.RequireSame(q, output);
        Shapes.Require(k.Rows >= q.Rows, q, k);
        var blocks = new AttentionBlocks(shape, EnsureAttentionScratch(shape));
        if (q.Rows < CachedBlockQueries)
        {
            team.Run(q.Rows * shape.Heads, new CachedAttentionJob(blocks, q, k, v, output));
            return;
        }

        var starts = stackalloc int[] { 0, q.Rows };
        ForwardBlocks(blocks, q, k, v, starts, 1, k.Rows - q.Rows, output, default);
    }

    /// <inheritdoc/>
    public void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, Tensor dOutput,
        Tensor delta, Tensor dq, Tensor dk, Tensor dv, in AttentionShape shape)
    {
        RequireAttention(q, k, v, shape);
        RequireSegments(segmentStarts, q);
        Shapes.Require(k.Rows == q.Rows, q, k);
        Shapes.RequireSame(q, output);
        Shapes.RequireSame(q, dOutput);
        Shapes.RequireSame(q, dq);
        Shapes.RequireSame(k, dk);
        Shapes.RequireSame(v, dv);
        Shapes.RequireSame(logSumExp, delta);
        Shapes.Require(logSumExp.Rows == q.Rows && logSumExp.Columns == shape.Heads, q, logSumExp);
        var blocks = new AttentionBlocks(shape, EnsureAttentionScratch(shape));
        var items = new RowItems(q.Rows, q.Columns);
        team.Run(items.Count, new AttentionDeltaJob(items, shape.Heads, shape.HeadSize, output, dOutput, delta));
        var operands = new AttentionOperands(q, k, v, logSumExp, dOutput, delta);
        if (WideVectors) BackwardBlocks<Width512, Vector512<float>>(blocks, operands, segmentStarts, dq, dk, dv);
        else BackwardBlocks<Width256, Vector256<float>>(blocks, operands, segmentStarts, dq, dk, dv);
    }

    private static void RequireAttention(Tensor q, Tensor k, Tensor v, in AttentionShape shape)
    {
        Shapes.Require(shape.HeadSize > 0 && shape.KeyValueHeads > 0 && shape.Heads % shape.KeyValueHeads == 0 && shape.Scale > 0, q, k);
        Shapes.Require(q.Columns == shape.Heads * shape.HeadSize && k.Columns == shape.KeyValueHeads * shape.HeadSize, q, k);
        Shapes.RequireSame(k, v);
        Shapes.RequireType(DType.F32, q);
        Shapes.RequireType(DType.F32, k);
    }

    /// <summary>Starts ascend from 0 to T: a hole would leave rows of the output unwritten.</summary>
    private static void RequireSegments(Tensor starts, Tensor q)
    {
        Shapes.RequireType(DType.I32, starts);
        Shapes.Require(starts.Columns >= 1 && starts.I32[0] == 0 && starts.I32[starts.Columns - 1] == q.Rows, starts, q);
        for (var s = 1; s < starts.Columns; s++) Shapes.Require(starts.I32[s] >= starts.I32[s - 1], starts, q);
    }

    private float* EnsureAttentionScratch(in AttentionShape shape) =>
        (float*)attentionScratch.Ensure(ForwardScratchBytes(shape, team.Count));

    private void ForwardBlocks(AttentionBlocks blocks, Tensor q, Tensor k, Tensor v, int* starts, int segments, int keyOffset, Tensor output,
        Tensor logSumExp)
    {
        var count = AttentionBlocks.Count(starts, segments, AttentionBlocks.QueryRows);
        var items = count * blocks.Shape.Heads;
        if (WideVectors)
        {
            team.Run(items, new AttentionForwardJob<Width512, Vector512<float>>(blocks, q, k, v, starts, count, keyOffset, output, logSumExp));
        }
        else
        {
            team.Run(items, new AttentionForwardJob<Width256, Vector256<float>>(blocks, q, k, v, starts, count, keyOffset, output, logSumExp));
        }
    }

    private void BackwardBlocks<TWidth, V>(AttentionBlocks blocks, AttentionOperands operands, Tensor segmentStarts, Tensor dq, Tensor dk,
        Tensor dv)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        var (starts, shape) = (segmentStarts, blocks.Shape);
        var groups = (starts.Columns - 1) * shape.KeyValueHeads;
        if (GroupsPerThread * team.Count <= groups && team.Count <= SegmentsAtOnce * shape.Heads)
        {
            var shares = (float*)reductionScratch.Ensure(ShareBytes(blocks, SegmentsAtOnce));
            team.Run(groups, new AttentionGroupGradientJob<TWidth, V>(blocks, operands, starts.I32, dq, dk, dv, shares));
            return;
        }

        for (var first = 0; first < starts.Columns - 1; first += SegmentsAtOnce)
        {
            var count = Math.Min(SegmentsAtOnce, starts.Columns - 1 - first);
            var longest = 0;
            for (var s = first; s < first + count; s++) longest = Math.Max(longest, starts.I32[s + 1] - starts.I32[s]);
            var partials = (float*)reductionScratch.Ensure(ShareBytes(blocks, count));
            for (var wave = 0; wave * AttentionBlocks.Rows < longest; wave++)
            {
                var job = new AttentionGradientJob<TWidth, V>(blocks, operands, starts.I32, first, wave, dq, partials);
                team.Run(count * shape.Heads, job);
                team.Run(count * shape.KeyValueHeads, new AttentionKeySumJob(blocks, starts.I32, first, wave, partials, dk, dv));
            }
        }
    }
}

using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>
/// One decoder block: x + attention(norm(x)), then + feed-forward(norm(·)). In the last block of a model everything after
/// the attention runs only for the rows that somebody reads.
/// Shapes: T tokens, S rows that are read (T in all but the last block), C hidden, H·D query width, G·D key-value width, F.
/// </summary>
internal sealed class DecoderBlock
{
    /// <summary>Linear layers of a block: query, key, value, output, gate, up, down.</summary>
    public const int LinearCount = 7;

    private const int Q = 0, K = 1, V = 2, O = 3, G = 4, U = 5, D = 6;

    public required IReadOnlyList<LinearLayer> Linears { get; init; }

    public required NormLayer InputNorm { get; init; }

    public required NormLayer MiddleNorm { get; init; }

    /// <summary>Norm of each query head before rotation (Qwen3), or null.</summary>
    public NormLayer? QueryNorm { get; init; }

    /// <summary>Norm of each key head before rotation (Qwen3), or null.</summary>
    public NormLayer? KeyNorm { get; init; }

    public required AttentionShape Shape { get; init; }

    public required Activation Activation { get; init; }

    public LinearLayer Query => Linears[Q];

    public LinearLayer Key => Linears[K];

    public LinearLayer Value => Linears[V];

    public LinearLayer Output => Linears[O];

    public LinearLayer Gate => Linears[G];

    public LinearLayer Up => Linears[U];

    public LinearLayer Down => Linears[D];

    /// <summary>True when some parameter of the block is trained.</summary>
    public bool IsTrainable => Linears.Any(l => l.IsTrainable)
        || InputNorm.Weight.IsTrainable || MiddleNorm.Weight.IsTrainable
        || QueryNorm is { Weight.IsTrainable: true } || KeyNorm is { Weight.IsTrainable: true };

    /// <summary>
    /// x [T, C] → y [S, C]. With an empty <paramref name="y"/> only what the backward pass reads is computed.
    /// </summary>
    /// <param name="input">The micro-batch.</param>
    /// <param name="a">Saved for backward.</param>
    /// <param name="s">Shared scratch.</param>
    /// <param name="x">Block input.</param>
    /// <param name="y">Block output, or empty.</param>
    /// <param name="rows">I32 [1, S], the rows that are read; empty for all.</param>
    public void Forward(in BlockInput input, BlockActivations a, BlockScratch s, Tensor x, Tensor y, Tensor rows)
    {
        var (k, t) = (input.Kernels, input.Tokens);
        Project(input, a, s, x);
        var (q, key, v) = Split(a.QueryKeyValue.SliceRows(0, t));
        var attention = a.AttentionOutput.SliceRows(0, t);
        k.Attention(q, key, v, input.SegmentStarts, attention, a.LogSumExp.SliceRows(0, t), Shape);

        var n = rows.IsEmpty ? t : rows.Columns;
        var middle = a.Middle.SliceRows(0, n);
        if (rows.IsEmpty)
        {
            Output.Forward(k, attention, middle, x, a.U[O], s.LowRank, input.DropoutKey);
        }
        else
        {
            var read = s.TargetAttention.SliceRows(0, n);
            k.GatherRows(attention, rows, read);
            k.GatherRows(x, rows, middle);
            Output.Forward(k, read, middle, middle, a.U[O], s.LowRank, input.DropoutKey);
        }

        FeedForward(input, a, s, middle, y);
    }

    /// <summary>
    /// dy [S, C] (gradient of the block's output) → dx [T, C] in place of the same buffer when all rows are read;
    /// gradients of parameters are added to.
    /// </summary>
    /// <param name="input">The micro-batch.</param>
    /// <param name="a">Saved by forward; gate and up are overwritten.</param>
    /// <param name="s">Shared scratch.</param>
    /// <param name="x">Block input [T, C].</param>
    /// <param name="dy">Gradient of the output [S, C]; destroyed.</param>
    /// <param name="dx">Gradient of the input [T, C]: the same buffer as dy when <paramref name="rows"/> is empty.</param>
    /// <param name="rows">As in forward.</param>
    /// <param name="needInput">False when nothing below is trained: dx is then not computed.</param>
    public void Backward(in BlockInput input, BlockActivations a, BlockScratch s, Tensor x, Tensor dy, Tensor dx, Tensor rows, bool needInput)
    {
        var (k, t) = (input.Kernels, input.Tokens);
        var n = dy.Rows;
        FeedForwardBackward(input, a, s, dy);

        var attention = a.AttentionOutput.SliceRows(0, t);
        var dAttention = s.AttentionGradient.SliceRows(0, t);
        if (rows.IsEmpty)
        {
            Output.Backward(input, attention, dy, dAttention, false, a.U[O], s.LowRank);
        }
        else
        {
            var (read, dRead) = (s.TargetAttention.SliceRows(0, n), s.TargetAttentionGradient.SliceRows(0, n));
            k.GatherRows(attention, rows, read);
            Output.Backward(input, read, dy, dRead, false, a.U[O], s.LowRank);
            k.Fill(dAttention, 0);
            k.ScatterAddRows(dRead, rows, dAttention);
            k.Fill(dx, 0);
            k.ScatterAddRows(dy, rows, dx);
        }

        var (q, key, v) = Split(a.QueryKeyValue.SliceRows(0, t));
        var (dq, dk, dv) = Split(s.QueryKeyValueGradient.SliceRows(0, t));
        k.AttentionBackward(q, key, v, input.SegmentStarts, attention, a.LogSumExp.SliceRows(0, t), dAttention,
            s.Delta.SliceRows(0, t), dq, dk, dv, Shape);
        k.Rotary(dq, input.Positions, input.Cos, input.Sin, Shape.HeadSize, inverse: true);
        k.Rotary(dk, input.Positions, input.Cos, input.Sin, Shape.HeadSize, inverse: true);
        if (QueryNorm is not null && KeyNorm is not null)
        {
            var before = a.QueryKeyBeforeNorm.SliceRows(0, t);
            QueryNorm.Backward(k, before.SliceColumns(0, Query.Outputs), a.QueryRstd.SliceRows(0, t), dq, dq, false);
            KeyNorm.Backward(k, before.SliceColumns(Query.Outputs, Key.Outputs), a.KeyRstd.SliceRows(0, t), dk, dk, false);
        }

        ProjectBackward(input, a, s, x, dx, needInput);
    }

    /// <summary>Normed input → queries, keys and values, normed and rotated.</summary>
    private void Project(in BlockInput input, BlockActivations a, BlockScratch s, Tensor x)
    {
        var (k, t) = (input.Kernels, input.Tokens);
        var normed = s.Normed.SliceRows(0, t);
        InputNorm.Forward(k, x, normed, a.Rstd1.SliceRows(0, t));
        var (q, key, v) = Split(a.QueryKeyValue.SliceRows(0, t));
        var (q0, k0) = (q, key);
        if (QueryNorm is not null)
        {
            var before = a.QueryKeyBeforeNorm.SliceRows(0, t);
            (q0, k0) = (before.SliceColumns(0, Query.Outputs), before.SliceColumns(Query.Outputs, Key.Outputs));
        }

        Query.Forward(k, normed, q0, default, a.U[Q], s.LowRank, input.DropoutKey);
        Key.Forward(k, normed, k0, default, a.U[K], s.LowRank, input.DropoutKey, sameInput: true);
        Value.Forward(k, normed, v, default, a.U[V], s.LowRank, input.DropoutKey, sameInput: true);
        QueryNorm?.Forward(k, q0, q, a.QueryRstd.SliceRows(0, t));
        KeyNorm?.Forward(k, k0, key, a.KeyRstd.SliceRows(0, t));
        k.Rotary(q, input.Positions, input.Cos, input.Sin, Shape.HeadSize, inverse: false);
        k.Rotary(key, input.Positions, input.Cos, input.Sin, Shape.HeadSize, inverse: false);
    }

    private void ProjectBackward(in BlockInput input, BlockActivations a, BlockScratch s, Tensor x, Tensor dx, bool needInput)
    {
        var (k, t) = (input.Kernels, input.Tokens);
        var (dq, dk, dv) = Split(s.QueryKeyValueGradient.SliceRows(0, t));
        var needNormed = needInput || InputNorm.Weight.IsTrainable;
        var normed = s.Normed.SliceRows(0, t);
        var dNormed = needNormed ? s.NormedGradient.SliceRows(0, t) : default;
        if (Query.IsTrainable || Key.IsTrainable || Value.IsTrainable) InputNorm.Forward(k, x, normed, a.Rstd1.SliceRows(0, t));
        Query.Backward(input, normed, dq, dNormed, false, a.U[Q], s.LowRank);
        Key.Backward(input, normed, dk, dNormed, true, a.U[K], s.LowRank);
        Value.Backward(input, normed, dv, dNormed, true, a.U[V], s.LowRank);
        if (needNormed) InputNorm.Backward(k, x, a.Rstd1.SliceRows(0, t), dNormed, dx, accumulate: true);
    }

    private void FeedForward(in BlockInput input, BlockActivations a, BlockScratch s, Tensor middle, Tensor y)
    {
        var (k, n) = (input.Kernels, middle.Rows);
        var (normed, activated) = (s.Normed.SliceRows(0, n), s.Activated.SliceRows(0, n));
        var (gate, up) = (a.Gate.SliceRows(0, n), a.Up.SliceRows(0, n));
        MiddleNorm.Forward(k, middle, normed, a.Rstd2.SliceRows(0, n));
        Gate.Forward(k, normed, gate, default, a.U[G], s.LowRank, input.DropoutKey);
        Up.Forward(k, normed, up, default, a.U[U], s.LowRank, input.DropoutKey, sameInput: true);
        if (y.IsEmpty && Down.Lora is null) return;
        k.GatedActivation(gate, up, activated, Activation);
        if (y.IsEmpty) Down.RecomputeSaved(k, activated, normed, a.U[D], s.LowRank, input.DropoutKey);
        else Down.Forward(k, activated, y, middle, a.U[D], s.LowRank, input.DropoutKey);
    }

    /// <summary>Turns dy, the gradient of the block's output, into the gradient of the middle of the block, in place.</summary>
    private void FeedForwardBackward(in BlockInput input, BlockActivations a, BlockScratch s, Tensor dy)
    {
        var (k, n) = (input.Kernels, dy.Rows);
        var middle = a.Middle.SliceRows(0, n);
        var rstd = a.Rstd2.SliceRows(0, n);
        var (gate, up) = (a.Gate.SliceRows(0, n), a.Up.SliceRows(0, n));
        var (activated, dActivated) = (s.Activated.SliceRows(0, n), s.ActivatedGradient.SliceRows(0, n));
        var (normed, dNormed) = (s.Normed.SliceRows(0, n), s.NormedGradient.SliceRows(0, n));
        if (Down.IsTrainable) k.GatedActivation(gate, up, activated, Activation);
        Down.Backward(input, activated, dy, dActivated, false, a.U[D], s.LowRank);
        k.GatedActivationBackward(gate, up, dActivated, gate, up, Activation);
        if (Gate.IsTrainable || Up.IsTrainable) MiddleNorm.Forward(k, middle, normed, rstd);
        Gate.Backward(input, normed, gate, dNormed, false, a.U[G], s.LowRank);
        Up.Backward(input, normed, up, dNormed, true, a.U[U], s.LowRank);
        MiddleNorm.Backward(k, middle, rstd, dNormed, dy, accumulate: true);
    }

    private (Tensor Query, Tensor Key, Tensor Value) Split(Tensor queryKeyValue) =>
        (queryKeyValue.SliceColumns(0, Query.Outputs),
         queryKeyValue.SliceColumns(Query.Outputs, Key.Outputs),
         queryKeyValue.SliceColumns(Query.Outputs + Key.Outputs, Value.Outputs));
}

using Hone.Tensors;

namespace Hone.Kernels;

/// <summary>
/// The one seam between models and devices. Every op has a forward and a backward with a fixed contract:
/// activations and their gradients are overwritten (<c>=</c>) unless a parameter says otherwise, gradients of weights are
/// added to (<c>+=</c>). Tensors are views (rows may be strided), F32 unless said; weights may be F32, BF16 or F16.
/// Dimensions: T tokens, C hidden size, K inputs, N outputs, H query heads, G key-value heads, D head size, V vocabulary,
/// S supervised rows, r LoRA rank. The same inputs give the same bits for every number of threads.
/// No op allocates memory after its first call with the largest shape.
/// </summary>
public interface IKernels : IDisposable
{
    /// <summary>Device and instruction set, for people: <c>CPU AVX2, 2 threads</c>.</summary>
    string Description { get; }

    /// <summary>Bytes that the device holds for itself: packing buffers, per-thread scratch. Part of the memory plan.</summary>
    long WorkspaceBytes { get; }

    /// <summary>
    /// Takes the scratch now that ops on tokens × columns and attention of this shape would take at their first call, both directions, so
    /// that <see cref="WorkspaceBytes"/> stays what it is while they run. Devices without such scratch have nothing to do.
    /// </summary>
    void Reserve(in AttentionShape attention, int tokens, int columns)
    {
    }

    /// <summary>Memory on this device.</summary>
    Arena CreateArena(string name);

    /// <summary>Copies numbers from the host into a dense tensor of the same size. Devices with memory of their own override it.</summary>
    void Upload<T>(ReadOnlySpan<T> host, Tensor device)
        where T : unmanaged => host.CopyTo(device.AsSpan<T>());

    /// <summary>Copies a dense tensor to the host. Devices with memory of their own override it.</summary>
    void Download<T>(Tensor device, Span<T> host)
        where T : unmanaged => device.AsSpan<T>().CopyTo(host);

    /// <summary>
    /// y[T, N] = x[T, K]·wᵀ + bias + residual + s·(dropout(x)·Aᵀ)·Bᵀ, w being [N, K]. With a low-rank part, U = dropout(x)·Aᵀ is
    /// saved for the backward pass. <c>options.Residual</c> may be y itself (y += …).
    /// </summary>
    void Linear(Tensor x, Tensor w, Tensor y, in LinearOptions options);

    /// <summary>
    /// Backward of <see cref="Linear"/>. dx (=, or += with <c>AccumulateInput</c>) dy·w + the low-rank path; dw += (or = with <c>OverwriteGradient</c>) dyᵀ·x;
    /// bias gradient += column sums of dy; dA += dUᵀ·dropout(x); dB += s·dyᵀ·U. Empty dx, dw or gradients are not computed.
    /// The residual's gradient is dy itself and stays with the caller. dx must not alias dy or x.
    /// </summary>
    void LinearBackward(Tensor x, Tensor w, Tensor dy, Tensor dx, Tensor dw, in LinearOptions options);

    /// <summary>
    /// w[N, K] += scale·B[N, r]·A[r, K], in F32: merging a low-rank adapter.
    /// </summary>
    void MergeLowRank(Tensor w, Tensor a, Tensor b, float scale);

    /// <summary>
    /// Root-mean-square norm over groups of D = w.Columns: y = x·rstd·(w + weightOffset), rstd = 1/√(mean(x²) + eps).
    /// x and y are [T, G·D] and may be strided; rstd is [T, G] and saved. y may alias x only when no backward follows.
    /// </summary>
    void RmsNorm(Tensor x, Tensor w, Tensor y, Tensor rstd, float eps, float weightOffset);

    /// <summary>Backward of <see cref="RmsNorm"/>: dx (= or +=), dw += unless empty. dx may alias dy when not accumulating.</summary>
    void RmsNormBackward(Tensor x, Tensor w, Tensor rstd, Tensor dy, Tensor dx, Tensor dw, float weightOffset, bool accumulateInput);

    /// <summary>
    /// Rotary position embedding in place, rotating halves: pair (i, i + R/2) of each head turns by the angle of its position,
    /// R = 2·cos.Columns ≤ headSize (the rest of a head stays). x [T, heads·headSize] may be strided; positions I32 [1, T];
    /// cos, sin [positions, R/2]. <paramref name="inverse"/> turns back: the backward pass.
    /// </summary>
    void Rotary(Tensor x, Tensor positions, Tensor cos, Tensor sin, int headSize, bool inverse);

    /// <summary>
    /// Causal attention within segments, grouped queries: out[T, H·D], and the log-sum-exp of each row's scaled scores
    /// [T, H], saved. q [T, H·D], k and v [T, G·D] may be strided; segmentStarts I32 [1, S + 1] on the host's side of the
    /// device. T × T never exists in memory.
    /// </summary>
    void Attention(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp, in AttentionShape shape);

    /// <summary>Backward of <see cref="Attention"/>: dq, dk, dv (=). <paramref name="delta"/> [T, H] is scratch: Σ dOut·out per row and head.</summary>
    void AttentionBackward(Tensor q, Tensor k, Tensor v, Tensor segmentStarts, Tensor output, Tensor logSumExp,
        Tensor dOutput, Tensor delta, Tensor dq, Tensor dk, Tensor dv, in AttentionShape shape);

    /// <summary>
    /// Attention of n new queries over a cache: q and output [n, H·D], k and v [L, G·D] with the n newest keys last; query i sees
    /// keys 0 … L − n + i (and the sliding window). No backward.
    /// </summary>
    void CachedAttention(Tensor q, Tensor k, Tensor v, Tensor output, in AttentionShape shape);

    /// <summary>y = activation(gate) ⊙ up, all [T, F], may be strided. y may alias gate or up only when no backward follows.</summary>
    void GatedActivation(Tensor gate, Tensor up, Tensor y, Activation activation);

    /// <summary>Backward of <see cref="GatedActivation"/>: dgate and dup (=); they may alias gate and up, element for element.</summary>
    void GatedActivationBackward(Tensor gate, Tensor up, Tensor dy, Tensor dgate, Tensor dup, Activation activation);

    /// <summary>y[T, C] = table[ids[t]]·scale; ids I32 [1, T], every id checked against the table by the caller.</summary>
    void Embedding(Tensor table, Tensor ids, Tensor y, float scale);

    /// <summary>dtable[ids[t]] += dy[t]·scale, tokens in order, so that the bits don't depend on threads.</summary>
    void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dtable, float scale);

    /// <summary>
    /// Output layer and cross-entropy in one: logits of S rows exist only chunk by chunk in <paramref name="logits"/>
    /// [chunk, V]. loss[1, S] = −log p(target), unweighted; correct I32 [1, S] = 1 where the largest logit is the target, 0 where
    /// the loss is NaN.
    /// With a non-empty dx: dx (=) gradientScale·weight·(softmax − onehot)·w, and dw += the same with x unless dw is empty.
    /// x [S, C], w [V, C], targets I32 [1, S], weights [1, S].
    /// </summary>
    void LinearCrossEntropy(Tensor x, Tensor w, Tensor targets, Tensor weights, float gradientScale, Tensor logits,
        Tensor loss, Tensor correct, Tensor dx, Tensor dw);

    /// <summary>y[i] = x[rows[i]]; rows I32 [1, S].</summary>
    void GatherRows(Tensor x, Tensor rows, Tensor y);

    /// <summary>y[rows[i]] += x[i], rows distinct: gradient of <see cref="GatherRows"/>.</summary>
    void ScatterAddRows(Tensor x, Tensor rows, Tensor y);

    /// <summary>y += scale·x, same shapes, may be strided.</summary>
    void AddScaled(Tensor x, Tensor y, float scale);

    /// <summary>x = value.</summary>
    void Fill(Tensor x, float value);

    /// <summary>y = x with conversion between F32, BF16 and F16 (round to nearest even); NaN stays NaN.</summary>
    void Copy(Tensor x, Tensor y);

    /// <summary>x = mean + deviation·(standard normal number i of the stream), i counting elements in row order.</summary>
    void FillNormal(Tensor x, float mean, float deviation, ulong seed, ulong stream);

    /// <summary>x = uniform in [low, high), number i of the stream.</summary>
    void FillUniform(Tensor x, float low, float high, ulong seed, ulong stream);

    /// <summary>Σ x² in double, in fixed chunks of 4096 elements combined in order; not finite when any x is not.</summary>
    double SumOfSquares(Tensor x);

    /// <summary>
    /// One AdamW step with decoupled decay (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it, in one pass over
    /// memory: g is multiplied by <c>step.GradientScale</c>, then p ← p·(1 − lr·decay) − lr/bias1·m/(√v/√bias2 + eps).
    /// p, g, m, v have one shape; g is set to 0 when <c>step.ClearGradient</c>.
    /// </summary>
    void AdamW(Tensor p, Tensor g, Tensor m, Tensor v, in AdamWStep step);
}

using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models.Blocks;

/// <summary>The two matrices of a low-rank adapter on one linear layer, and its strength.</summary>
internal sealed record LoraPair(Parameter A, Parameter B, float Scale, float DropoutProbability)
{
    /// <summary>r.</summary>
    public int Rank => A.Value.Rows;
}

/// <summary>Buffers that the low-rank parts of all layers share while a block runs backward.</summary>
/// <param name="UGradient">[T, largest r].</param>
/// <param name="Dropout">[T, largest K], empty without dropout.</param>
internal readonly record struct LowRankScratch(Tensor UGradient, Tensor Dropout);

/// <summary>y = x·wᵀ + bias, with an optional low-rank adapter.</summary>
internal sealed class LinearLayer
{
    public LinearLayer(string path, int index, Parameter weight, Parameter? bias)
    {
        Path = path;
        Index = index;
        Weight = weight;
        Bias = bias;
    }

    /// <summary>Module path, <c>model.layers.0.self_attn.q_proj</c>.</summary>
    public string Path { get; }

    /// <summary>Number among all linear layers: picks the stream of its dropout mask.</summary>
    public int Index { get; }

    public Parameter Weight { get; }

    public Parameter? Bias { get; }

    public LoraPair? Lora { get; set; }

    public int Inputs => Weight.Value.Columns;

    public int Outputs => Weight.Value.Rows;

    /// <summary>True when the backward pass must visit this layer for its own sake.</summary>
    public bool IsTrainable => Weight.IsTrainable || Bias is { IsTrainable: true } || Lora is { A.IsTrainable: true };

    /// <summary>
    /// y [T, N] = layer(x [T, K]) + residual; u [T, r] is saved when there is an adapter. dropoutKey is the seed of this
    /// micro-batch's dropout masks; null switches dropout off. sameInput: the layer before had the same x.
    /// </summary>
    public void Forward(IKernels kernels, Tensor x, Tensor y, Tensor residual, Tensor u, in LowRankScratch scratch, ulong? dropoutKey,
        bool sameInput = false) =>
        kernels.Linear(x, Weight.Value, y, new LinearOptions
        {
            Bias = Bias?.Value ?? default,
            Residual = residual,
            SameInput = sameInput,
            LowRank = LowRankFor(x, u, scratch, dropoutKey, backward: false),
        });

    /// <summary>Only what the backward pass needs of <see cref="Forward"/> when the output itself is not wanted again.</summary>
    public void RecomputeSaved(IKernels kernels, Tensor x, Tensor y, Tensor u, in LowRankScratch scratch, ulong? dropoutKey)
    {
        if (Lora is null) return;
        if (dropoutKey is not null && Lora.DropoutProbability > 0) Forward(kernels, x, y, default, u, scratch, dropoutKey);
        else kernels.Linear(x, Lora.A.Value, Rows(u, x).SliceColumns(0, Lora.Rank), default);
    }

    /// <summary>dx (= or +=, or not at all when empty), and the gradients of what is trainable (+=, that of the weight = where the input says so).</summary>
    public void Backward(in BlockInput input, Tensor x, Tensor dy, Tensor dx, bool accumulate, Tensor u, in LowRankScratch scratch)
    {
        if (dx.IsEmpty && !IsTrainable) return;
        input.Kernels.LinearBackward(x, Weight.Value, dy, dx, Weight.Gradient, new LinearOptions
        {
            BiasGradient = Bias?.Gradient ?? default,
            AccumulateInput = accumulate,
            OverwriteGradient = input.OverwriteGradients,
            LowRank = LowRankFor(x, u, scratch, input.DropoutKey, backward: true),
        });
    }

    private LowRank LowRankFor(Tensor x, Tensor u, in LowRankScratch scratch, ulong? dropoutKey, bool backward)
    {
        if (Lora is null) return default;
        var dropout = dropoutKey is { } key && Lora.DropoutProbability > 0
            ? new Dropout(Lora.DropoutProbability, key, (ulong)Index)
            : default;
        return new LowRank
        {
            A = Lora.A.Value,
            B = Lora.B.Value,
            Scale = Lora.Scale,
            U = Rows(u, x).SliceColumns(0, Lora.Rank),
            UGradient = backward ? Rows(scratch.UGradient, x).SliceColumns(0, Lora.Rank) : default,
            AGradient = Lora.A.Gradient,
            BGradient = Lora.B.Gradient,
            Dropout = dropout,
            DropoutScratch = dropout.IsOn ? Rows(scratch.Dropout, x).SliceColumns(0, Inputs) : default,
        };
    }

    private static Tensor Rows(Tensor buffer, Tensor x) => buffer.SliceRows(0, x.Rows);
}

using Hone.Kernels;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>
/// Rotary tables of one micro-batch for models whose frequencies follow the length of the sequence: each row of data is turned as
/// it would be alone, so neither its neighbours nor the longest row of a run change it. The tables have one row for each token.
/// </summary>
internal sealed class RotaryByRow
{
    private readonly IKernels kernels;
    private readonly RotaryRows rows;
    private readonly int pairs;
    private readonly float[] cosOnHost;
    private readonly float[] sinOnHost;
    private readonly int[] tokens;

    public RotaryByRow(Decoder decoder, int maxTokens)
    {
        (kernels, rows, pairs) = (decoder.Kernels, new RotaryRows(decoder.Spec), decoder.RotaryPairs);
        cosOnHost = new float[checked(maxTokens * pairs)];
        sinOnHost = new float[checked(maxTokens * pairs)];
        tokens = [.. Enumerable.Range(0, maxTokens)];
    }

    /// <summary>Fills the tables [T, R/2], and the rows in them that the tokens take: I32 [1, T].</summary>
    public void Upload(MicroBatch batch, Tensor positions, Tensor cos, Tensor sin)
    {
        for (var i = 0; i < batch.SegmentCount; i++)
        {
            var (start, end) = (batch.SegmentStarts[i] * pairs, batch.SegmentStarts[i + 1] * pairs);
            rows.Fill(0, batch.SegmentStarts[i + 1] - batch.SegmentStarts[i], cosOnHost.AsSpan(start..end), sinOnHost.AsSpan(start..end));
        }

        var t = batch.TokenCount;
        kernels.Upload<float>(cosOnHost.AsSpan(0, t * pairs), cos);
        kernels.Upload<float>(sinOnHost.AsSpan(0, t * pairs), sin);
        kernels.Upload<int>(tokens.AsSpan(0, t), positions);
    }
}

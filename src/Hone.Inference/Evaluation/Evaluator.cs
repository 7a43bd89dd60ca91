using Hone.Models;

namespace Hone.Inference;

/// <summary>What one row scored.</summary>
/// <param name="Row">Index of the row.</param>
/// <param name="Loss">Weighted mean of −log p over the learned tokens, nats.</param>
/// <param name="Tokens">Learned tokens.</param>
/// <param name="TokenLogProbabilities">log p of each learned token, in order.</param>
public sealed record RowScore(int Row, double Loss, int Tokens, float[] TokenLogProbabilities);

/// <summary>Loss and token accuracy of a model on samples.</summary>
public static class Evaluator
{
    /// <summary>Scores samples; several run through the model together, which changes no result beyond rounding.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="samples">Samples; gone through twice, and never held together: they may lie in a file.</param>
    /// <param name="rowsPerBatch">Samples in a micro-batch.</param>
    /// <param name="onRow">Called for each row in order, or null.</param>
    /// <param name="progress">Told the number of rows done.</param>
    /// <param name="cancellation">Stops.</param>
    public static LossTotals Run(Decoder decoder, IReadOnlyList<TokenizedSample> samples, int rowsPerBatch, Action<RowScore>? onRow = null,
        Action<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        ArgumentOutOfRangeException.ThrowIfLessThan(rowsPerBatch, 1);
        if (samples.Count == 0) return default;
        var (most, targets) = (0, 0);
        foreach (var rows in samples.Chunk(rowsPerBatch))
            (most, targets) = (Math.Max(most, rows.Sum(s => s.Ids.Length)), Math.Max(targets, rows.Sum(s => s.LearnedCount)));
        using var workspace = new DecoderWorkspace(decoder, new WorkspaceShape(most, targets, Training: false));
        var batch = new MicroBatch(most);
        var totals = default(LossTotals);
        var done = 0;
        foreach (var rows in samples.Chunk(rowsPerBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Clear();
            foreach (var row in rows) batch.Append(row.Ids, row.LossWeights, row.Row);
            totals += workspace.Evaluate(batch);
            if (onRow is not null) Report(rows, workspace.LastTokenLosses, onRow);
            progress?.Invoke(done += rows.Length);
        }

        return totals;
    }

    private static void Report(TokenizedSample[] rows, ReadOnlySpan<float> losses, Action<RowScore> onRow)
    {
        var at = 0;
        foreach (var row in rows)
        {
            var n = row.LearnedCount;
            var logProbabilities = new float[n];
            double sum = 0, weights = 0;
            var i = 0;
            foreach (var weight in row.LossWeights.AsSpan(1))
            {
                if (weight <= 0) continue;
                var loss = losses[at + i];
                logProbabilities[i++] = -loss;
                sum += (double)weight * loss;
                weights += weight;
            }

            at += n;
            onRow(new RowScore(row.Row, sum / weights, n, logProbabilities));
        }
    }
}

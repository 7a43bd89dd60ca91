namespace Hone.Data.MindRecord;

/// <summary>
/// Rows of tokens of one length, as MindSpore Transformers trains on them: <c>input_ids</c> and <c>labels</c>, int32, filled up
/// at the end, with label −100 where nothing is learned.
/// </summary>
public static class FixedLengthRows
{
    private const string Ids = "input_ids";
    private const string Labels = "labels";
    private const string Mask = "attention_mask";
    private const int Ignored = -100;

    /// <summary>The columns.</summary>
    /// <param name="withMask">Whether <c>attention_mask</c> says which tokens are padding.</param>
    public static MindRecordSchema Schema(bool withMask) => new("qa",
        ((string[])(withMask ? [Ids, Labels, Mask] : [Ids, Labels])).Select(name => new MindRecordField(name, MindRecordType.Int32, [-1])));

    /// <summary>One row.</summary>
    /// <param name="sample">At most <paramref name="length"/> tokens, whose weights are 0 or 1.</param>
    /// <param name="length">Tokens of every row.</param>
    /// <param name="padId">Fills the row up.</param>
    /// <param name="withMask">Adds <c>attention_mask</c>.</param>
    /// <exception cref="HoneException">A weight is neither 0 nor 1: labels can't say that (exit code 3).</exception>
    public static IReadOnlyDictionary<string, object?> Of(TokenizedSample sample, int length, int padId, bool withMask)
    {
        ArgumentNullException.ThrowIfNull(sample);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sample.Ids.Length, length, nameof(sample));
        if (Array.FindIndex(sample.LossWeights, w => w is not (0 or 1)) is >= 0 and var odd)
        {
            throw new HoneException(ExitCode.Data, $"A token has the loss weight {sample.LossWeights[odd]}; labels can only say 0 or 1.", null,
                "Take loss_scale out of the rows, or train on them without converting them.");
        }

        var (ids, labels, mask) = (new int[length], new int[length], new int[length]);
        Array.Fill(ids, padId);
        Array.Fill(labels, Ignored);
        sample.Ids.CopyTo(ids, 0);
        Array.Fill(mask, 1, 0, sample.Ids.Length);
        for (var i = 0; i < sample.Ids.Length; i++)
        {
            if (sample.LossWeights[i] > 0) labels[i] = ids[i];
        }

        var row = new Dictionary<string, object?> { [Ids] = MindRecordArray.Of(ids), [Labels] = MindRecordArray.Of(labels) };
        if (withMask) row.Add(Mask, MindRecordArray.Of(mask));
        return row;
    }

    /// <summary>
    /// Takes the padding off a row that does not mark it: unlearned tokens at the end, all the same and at least two. No token
    /// behind them is learned, so they change nothing but the time a step takes. Other rows come back as they are.
    /// </summary>
    public static IReadOnlyDictionary<string, object?> WithoutPadding(IReadOnlyDictionary<string, object?> row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (row.ContainsKey(Mask) || Values(row, Ids) is not { } ids || Values(row, Labels) is not { } labels || ids.Length != labels.Length) return row;
        var length = ids.Length;
        while (length > 0 && labels[length - 1] == Ignored && ids[length - 1] == ids[^1]) length--;
        if (ids.Length - length < 2 || length == 0) return row;
        return new Dictionary<string, object?>(row) { [Ids] = MindRecordArray.Of(ids[..length]), [Labels] = MindRecordArray.Of(labels[..length]) };
    }

    private static int[]? Values(IReadOnlyDictionary<string, object?> row, string name) =>
        row.TryGetValue(name, out var value) && value is MindRecordArray { Shape.Count: 1, Values: int[] values } ? values : null;
}

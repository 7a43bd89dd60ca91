using Hone.Data.Rendering;
using Hone.Text.Tokenizers;

namespace Hone.Data.Ledger;

/// <summary>Makes what is shown of a row.</summary>
internal static class RowView
{
    /// <summary>The row with its tokens, what is learned of them, and what becomes of it.</summary>
    public static LedgerRow Of(RowLocation location, RowOutcome outcome, DatasetOptions options, Tokenizer? tokenizer, SegmentTokenizer? segmentTokenizer)
    {
        var kept = KeptRow.Of(outcome, options);
        var view = new LedgerRow(location)
        {
            Fate = kept.Fate,
            Reason = kept.Reason,
            Form = outcome.Content?.Form ?? "",
            Channel = outcome.Content?.Channel,
            Kept = (kept.Start, kept.End),
        };
        if (outcome.Row is not { } row) return view;
        float[] weights = [.. row.Weights];
        if (weights.Length > 0) weights[0] = 0;
        var learned = 0;
        for (var i = kept.Start + 1; i < kept.End; i++)
        {
            if (weights[i] > 0) learned++;
        }

        return view with
        {
            Ids = row.Ids,
            Weights = weights,
            Pieces = TokenPieces.Of(row.Ids, weights, row.Roles, tokenizer),
            Learned = learned,
            Ends = [.. row.Turns.Select(t => segmentTokenizer!.EndOf(t, row.Ids.AsSpan(kept.Start..kept.End), row.Weights.AsSpan(kept.Start..kept.End), kept.Start)).Where(e => e != TurnEnd.Gone)],
        };
    }
}

using Hone.Data.Ledger;
using Hone.Data.Rendering;

namespace Hone.Data;

/// <summary>What is left of a row, and why not all of it.</summary>
/// <param name="Fate">What became of it.</param>
/// <param name="Start">Its first token that truncation leaves.</param>
/// <param name="End">The one behind the last.</param>
/// <param name="Reason">Why it is cut or left out; null where it is not.</param>
internal readonly record struct KeptRow(RowFate Fate, int Start, int End, string? Reason)
{
    /// <summary>Decides about a row.</summary>
    public static KeptRow Of(in RowOutcome outcome, DatasetOptions options)
    {
        if (outcome.Row is not { } row) return new KeptRow(RowFate.Rejected, 0, 0, outcome.Reason);
        var (length, max) = (row.Ids.Length, options.MaxLength);
        var kept = length <= max ? new KeptRow(RowFate.Used, 0, length, null)
            : options.Truncation is Truncation.Delete or Truncation.Raise ? new KeptRow(RowFate.TooLong, 0, length, TooLong(length, max))
            : options.Truncation == Truncation.Left ? new KeptRow(RowFate.Truncated, length - max, length, TooLong(length, max))
            : new KeptRow(RowFate.Truncated, 0, max, TooLong(length, max));
        if (kept.Fate == RowFate.TooLong) return kept;
        if (length == 0) return new KeptRow(RowFate.Rejected, 0, 0, "the row is empty");
        for (var i = kept.Start + 1; i < kept.End; i++)
        {
            if (row.Weights[i] > 0) return kept;
        }

        return kept with { Fate = RowFate.Rejected, Reason = WhyNothingIsLearned(outcome, kept.Fate) };
    }

    private static string TooLong(int length, int max) => $"{length} tokens, max_length is {max}";

    private static string WhyNothingIsLearned(in RowOutcome outcome, RowFate fate)
    {
        if (outcome.Content?.Weight == 0) return "nothing in it is learned: its own weight is 0";
        if (outcome.Row!.Ids.Length == 1) return "nothing in it is learned: it is a single token, which nothing stands before";
        return "nothing in it is learned: no " + What(outcome.Content) + (fate == RowFate.Truncated ? " left after truncation" : "");
    }

    private static string What(RowContent? content) => content switch
    {
        Conversation => "assistant turn",
        Pretokenized => "label other than -100",
        SegmentedText => "segment whose label is true",
        _ => "text",
    };
}

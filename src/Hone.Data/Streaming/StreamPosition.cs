using System.Text.Json.Serialization;

namespace Hone.Data.Streaming;

/// <summary>
/// A place between two micro-batches of a stream. With the same files, options and seed, a stream that starts here yields what one
/// that came here by itself yields: rows before it are read again, to fill the shuffle buffer, but not tokenized.
/// </summary>
/// <param name="Pass">How often the files were read to their end.</param>
/// <param name="Rows">Rows that this pass gave before the window of the micro-batch: those that were packed together.</param>
/// <param name="MicroBatch">Micro-batches of the window before this place.</param>
/// <param name="RowsHash">Hash of these rows, to notice that a file changed.</param>
/// <param name="Before">What was read before the window, earlier passes included.</param>
public sealed record StreamPosition(int Pass, long Rows, int MicroBatch, ulong RowsHash, StreamTotals Before)
{
    /// <summary>The beginning.</summary>
    public static StreamPosition Start { get; } = new(0, 0, 0, 0, default);

    /// <summary>Whether there can be such a place.</summary>
    [JsonIgnore]
    public bool IsPossible => Pass >= 0 && Rows >= 0 && MicroBatch >= 0;
}

/// <summary>What became of rows so far.</summary>
/// <param name="Rows">Rows that were read.</param>
/// <param name="Samples">Samples that they gave.</param>
/// <param name="Tokens">Tokens of the samples.</param>
/// <param name="LearnedTokens">Tokens of them that are learned.</param>
/// <param name="Rejected">Rows that can't be used.</param>
/// <param name="TooLong">Rows that were left out because they are too long.</param>
/// <param name="Truncated">Rows that were cut.</param>
public readonly record struct StreamTotals(long Rows, long Samples, long Tokens, long LearnedTokens, long Rejected, long TooLong, long Truncated)
{
    /// <summary>Rows that a chat template renders, those that it refuses included.</summary>
    public long Conversations { get; init; }

    /// <summary>Rows that gave no sample.</summary>
    [JsonIgnore]
    public long LeftOut => Rejected + TooLong;

    internal StreamTotals Add(DatasetReport report) => new(Rows + report.Rows, Samples + report.Samples, Tokens + report.Tokens,
        LearnedTokens + report.LearnedTokens, Rejected + report.Rejected.Count, TooLong + report.TooLong.Count, Truncated + report.Truncated.Count)
    {
        Conversations = Conversations + report.Conversations,
    };
}

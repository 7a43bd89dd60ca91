using Hone.Data.Packing;
using Hone.Data.Readers;
using Hone.Data.Rendering;
using Hone.Data.Storage;

namespace Hone.Data.Streaming;

/// <summary>Gathers the rows of one window, by the same rules as those of a whole data set.</summary>
internal sealed class WindowAccount(DatasetOptions options, SegmentTokenizer? tokenizer)
{
    private readonly DatasetAccount account = new(options, tokenizer, new SampleWriter(openFile: null));

    public int Rows => account.Rows;

    public int Samples => account.Samples;

    public long Tokens => account.Tokens;

    /// <summary>A row that can't be used, or null.</summary>
    public RowError? Rejected => account.FirstRejected;

    public void Add(JsonRow row, RowOutcome outcome) => account.Add(row.Location, outcome);

    public StreamWindow Close(StreamPosition start, EpochPlanOptions order)
    {
        var (stored, locations, report) = account.Finish();
        return new StreamWindow(start, stored, locations, report, order);
    }
}

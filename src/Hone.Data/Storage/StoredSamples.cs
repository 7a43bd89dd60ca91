using Hone.Tensors;

namespace Hone.Data.Storage;

/// <summary>Samples in a file, or in one block of memory while they are few; in memory are only their sizes and places.</summary>
internal sealed class StoredSamples : SampleList
{
    private readonly ChunkedList<StoredSample> index;
    private readonly MappedFile? file;
    private readonly byte[] memory;
    private readonly float[] weights;

    /// <summary>Takes samples that lie in a file, or in memory where there is none.</summary>
    public StoredSamples(ChunkedList<StoredSample> index, MappedFile? file, byte[] memory)
    {
        (this.index, this.file, this.memory) = (index, file, memory);
        var longest = 0;
        for (var i = 0; i < index.Count; i++) longest = Math.Max(longest, index[i].Size.Length);
        weights = new float[longest];
    }

    /// <summary>Places and sizes.</summary>
    public ChunkedList<StoredSample> Entries => index;

    public override int Count => index.Count;

    public override TokenizedSample this[int i]
    {
        get
        {
            var sample = new TokenizedSample(new int[index[i].Size.Length], new float[index[i].Size.Length], index[i].Row);
            CopyTo(i, sample.Ids, sample.LossWeights);
            return sample;
        }
    }

    public override int RowOf(int i) => index[i].Row;

    public override SampleSize SizeOf(int i) => index[i].Size;

    public override void CopyTo(int i, Span<int> ids, Span<float> to)
    {
        var sample = index[i];
        var bytes = Bytes(sample);
        sample.Ids(bytes).CopyTo(ids);
        sample.Weights(bytes, to);
    }

    public override void AppendTo(MicroBatch batch, int i)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var sample = index[i];
        var bytes = Bytes(sample);
        var own = weights.AsSpan(0, sample.Size.Length);
        sample.Weights(bytes, own);
        batch.Append(sample.Ids(bytes), own, sample.Row);
    }

    /// <summary>A sample as it lies.</summary>
    public ReadOnlySpan<byte> Bytes(in StoredSample sample) => file is null
        ? memory.AsSpan((int)sample.Offset, sample.Bytes)
        : file.Read(sample.Offset, sample.Bytes);

    protected override void Dispose(bool disposing)
    {
        if (disposing) file?.Dispose();
        base.Dispose(disposing);
    }
}

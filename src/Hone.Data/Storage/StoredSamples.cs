using System.Buffers;

namespace Hone.Data.Storage;

/// <summary>Samples in a file, or in one block of memory while they are few; in memory are only their sizes and places.</summary>
internal sealed class StoredSamples : SampleList
{
    private const int ChunkBytes = 1 << 20;

    private readonly ChunkedList<StoredSample> index;
    private readonly SampleFile? file;
    private readonly byte[] memory;
    private readonly byte[] bytes;
    private readonly float[] weights;

    /// <summary>Takes samples that lie in a file, or in memory where there is none.</summary>
    public StoredSamples(ChunkedList<StoredSample> index, SampleFile? file, byte[] memory)
    {
        (this.index, this.file, this.memory) = (index, file, memory);
        var (longest, largest) = (0, 0);
        for (var i = 0; i < index.Count; i++) (longest, largest) = (Math.Max(longest, index[i].Size.Length), Math.Max(largest, index[i].Bytes));
        (weights, bytes) = (new float[longest], new byte[file is null ? 0 : largest]);
    }

    /// <summary>Places and sizes.</summary>
    public ChunkedList<StoredSample> Entries => index;

    /// <summary>Bytes of all samples.</summary>
    public long Bytes => index.Count == 0 ? 0 : index[^1].Offset + index[^1].Bytes;

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
        var rented = file is null ? [] : ArrayPool<byte>.Shared.Rent(sample.Bytes);
        var own = BytesOf(sample, rented);
        sample.Ids(own).CopyTo(ids);
        sample.Weights(own, to);
        if (file is not null) ArrayPool<byte>.Shared.Return(rented);
    }

    public override void AppendTo(MicroBatch batch, int i)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var sample = index[i];
        var own = BytesOf(sample, bytes);
        sample.Weights(own, weights);
        batch.Append(sample.Ids(own), weights.AsSpan(0, sample.Size.Length), sample.Row);
    }

    /// <summary>All samples as they lie, one behind the other, in pieces; each is valid until the next one is asked for.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Content()
    {
        if (file is null)
        {
            yield return memory;
            yield break;
        }

        var chunk = new byte[(int)Math.Min(ChunkBytes, Bytes)];
        for (var offset = 0L; offset < Bytes; offset += chunk.Length)
        {
            var part = chunk.AsMemory(0, (int)Math.Min(chunk.Length, Bytes - offset));
            file.Read(offset, part.Span);
            yield return part;
        }
    }

    /// <summary>A sample as it lies, in the room where a file makes it necessary.</summary>
    private ReadOnlySpan<byte> BytesOf(in StoredSample sample, byte[] room)
    {
        if (file is null) return memory.AsSpan((int)sample.Offset, sample.Bytes);
        file.Read(sample.Offset, room.AsSpan(0, sample.Bytes));
        return room.AsSpan(0, sample.Bytes);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) file?.Dispose();
        base.Dispose(disposing);
    }
}

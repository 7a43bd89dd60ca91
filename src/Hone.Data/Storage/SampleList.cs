using System.Collections;

namespace Hone.Data.Storage;

/// <summary>
/// Samples that need not be in memory: their sizes are known without reading them, and they go into a micro-batch without becoming
/// objects first.
/// </summary>
public abstract class SampleList : IReadOnlyList<TokenizedSample>, IDisposable
{
    /// <inheritdoc/>
    public abstract int Count { get; }

    /// <summary>A sample as an object of its own.</summary>
    public abstract TokenizedSample this[int index] { get; }

    /// <summary>Samples that are in memory already, or a list as it is.</summary>
    public static SampleList Of(IReadOnlyList<TokenizedSample> samples) => samples as SampleList ?? new SamplesInMemory(samples);

    /// <summary>Index of the data row that a sample came from.</summary>
    public abstract int RowOf(int index);

    /// <summary>How large a sample is.</summary>
    public abstract SampleSize SizeOf(int index);

    /// <summary>Copies a sample into room of just its length.</summary>
    public abstract void CopyTo(int index, Span<int> ids, Span<float> weights);

    /// <summary>Appends a sample to a micro-batch; one thread at a time.</summary>
    public abstract void AppendTo(MicroBatch batch, int index);

    /// <summary>Some of the samples. They are read from this list, which must not be disposed before.</summary>
    public SampleList Part(int[] indices) => new PartOfSamples(this, indices);

    /// <inheritdoc/>
    public IEnumerator<TokenizedSample> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Closes the file that the samples are read from.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes the file that the samples are read from.</summary>
    protected virtual void Dispose(bool disposing)
    {
    }

    private sealed class SamplesInMemory(IReadOnlyList<TokenizedSample> samples) : SampleList
    {
        private readonly SampleSize[] sizes = [.. samples.Select(s => SampleSize.Of(s.LossWeights))];

        public override int Count => samples.Count;

        public override TokenizedSample this[int index] => samples[index];

        public override int RowOf(int index) => samples[index].Row;

        public override SampleSize SizeOf(int index) => sizes[index];

        public override void CopyTo(int index, Span<int> ids, Span<float> weights)
        {
            samples[index].Ids.CopyTo(ids);
            samples[index].LossWeights.CopyTo(weights);
        }

        public override void AppendTo(MicroBatch batch, int index) => batch.Append(samples[index].Ids, samples[index].LossWeights, samples[index].Row);
    }

    private sealed class PartOfSamples(SampleList all, int[] indices) : SampleList
    {
        public override int Count => indices.Length;

        public override TokenizedSample this[int index] => all[indices[index]];

        public override int RowOf(int index) => all.RowOf(indices[index]);

        public override SampleSize SizeOf(int index) => all.SizeOf(indices[index]);

        public override void CopyTo(int index, Span<int> ids, Span<float> weights) => all.CopyTo(indices[index], ids, weights);

        public override void AppendTo(MicroBatch batch, int index) => all.AppendTo(batch, indices[index]);

        protected override void Dispose(bool disposing)
        {
            if (disposing) all.Dispose();
            base.Dispose(disposing);
        }
    }
}

using Hone.Data.Storage;

namespace Hone.Training;

/// <summary>What planning needs of each sample.</summary>
internal sealed class SampleSizes
{
    private readonly SampleList samples;

    public SampleSizes(IReadOnlyList<TokenizedSample> samples)
    {
        this.samples = SampleList.Of(samples);
        Lengths = new int[samples.Count];
        for (var i = 0; i < Lengths.Length; i++) Lengths[i] = this.samples.SizeOf(i).Length;
    }

    /// <summary>Tokens of each sample.</summary>
    public int[] Lengths { get; }

    /// <summary>Tokens of a sample that are learned.</summary>
    public int Targets(int sample) => samples.SizeOf(sample).Learned;

    /// <summary>Tokens of all samples that are learned.</summary>
    public long AllTargets()
    {
        long sum = 0;
        for (var i = 0; i < Lengths.Length; i++) sum += Targets(i);
        return sum;
    }
}

namespace Hone.Text.Templates.Values;

/// <summary>What <c>range()</c> makes.</summary>
internal sealed class RangeValue(long start, long stop, long step, int count)
{
    public long Start { get; } = start;

    public long Stop { get; } = stop;

    public long Step { get; } = step;

    public int Count { get; } = count;

    public long this[int index] => Start + (index * Step);
}

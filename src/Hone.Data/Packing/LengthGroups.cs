namespace Hone.Data.Packing;

/// <summary>
/// <c>group_by_length</c> as Hugging Face's Trainer does it (<c>get_length_grouped_indices</c> in <c>trainer_pt_utils.py</c>): the shuffled
/// samples are cut into stretches of up to 50 steps, each sorted by length, the longest first. So the samples of a micro-batch are
/// about equally long, and which ones meet still depends on the shuffle.
/// </summary>
internal static class LengthGroups
{
    private const int MostSteps = 50;
    private const int LeastStretches = 4;

    /// <summary>Sorts stretches of an order; the longest sample of all comes first.</summary>
    /// <param name="order">Every sample once.</param>
    /// <param name="lengths">Tokens of each sample.</param>
    /// <param name="stepSize">Samples in an optimizer step.</param>
    public static void Apply(int[] order, ReadOnlySpan<int> lengths, int stepSize)
    {
        var stretch = Math.Max(1, Math.Min(order.Length / (stepSize * LeastStretches), MostSteps)) * stepSize;
        var longest = 0;
        for (var start = 0; start < order.Length; start += stretch)
        {
            var part = order.AsSpan(start, Math.Min(stretch, order.Length - start));

            // Sorted by length, then place: equally long samples keep the order of the shuffle.
            var keys = new long[part.Length];
            for (var i = 0; i < keys.Length; i++) keys[i] = ((long)(int.MaxValue - lengths[part[i]]) << 32) | (uint)i;
            keys.AsSpan().Sort(part);
            if (lengths[part[0]] > lengths[order[longest]]) longest = start;
        }

        (order[0], order[longest]) = (order[longest], order[0]);
    }
}

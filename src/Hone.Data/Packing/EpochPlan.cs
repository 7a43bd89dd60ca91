using Hone.Data.Storage;
using Hone.Tensors;

namespace Hone.Data.Packing;

/// <summary>
/// Which samples each micro-batch of one epoch holds. A pure function of lengths, options and epoch: a run that stopped at
/// micro-batch n makes the plan again and goes on with n.
/// </summary>
public sealed class EpochPlan
{
    private readonly int[] samples;
    private readonly int[] starts;
    private readonly int[] tokens;

    private EpochPlan(int[] samples, int[] starts, int[] tokens, double efficiency)
    {
        this.samples = samples;
        this.starts = starts;
        this.tokens = tokens;
        PackingEfficiency = efficiency;
    }

    /// <summary>Micro-batches in the epoch; the last can be smaller than the others.</summary>
    public int MicroBatchCount => tokens.Length;

    /// <summary>Tokens over the room of all packs: 1 when every pack is full. Without packing nothing is padded, so 1.</summary>
    public double PackingEfficiency { get; }

    /// <summary>Plans an epoch.</summary>
    /// <param name="lengths">Tokens of each sample, at least one sample, each at least 1.</param>
    /// <param name="options">Batch size, order, packing.</param>
    /// <param name="epoch">Number of the epoch, from 0.</param>
    /// <remarks>
    /// A shuffled first epoch begins with its longest micro-batch, so that what does not fit shows at once. Unshuffled rows stay
    /// as they stand; unshuffled packs go by their first row.
    /// </remarks>
    public static EpochPlan Create(ReadOnlySpan<int> lengths, EpochPlanOptions options, int epoch)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        if (lengths.IsEmpty) throw new HoneException(ExitCode.Data, "There is nothing to train on: the data set is empty.");
        if (lengths.Contains(0)) throw new ArgumentException($"sample {lengths.IndexOf(0)} has no tokens");

        var order = Order("epoch order", lengths.Length, options, epoch);
        if (options.GroupByLength > 0) LengthGroups.Apply(order, lengths, options.GroupByLength);
        var units = options.PackingLength > 0 ? Packs(lengths, order, options, epoch) : new Groups(order, Range(order.Length + 1));
        var batches = Batches(lengths, units, options.BatchSize);
        var batchOrder = Range(batches.Tokens.Length);
        if (options.Shuffle && epoch == 0)
        {
            var longest = batches.Tokens.IndexOf(batches.Tokens.Max());
            (batchOrder[0], batchOrder[longest]) = (longest, 0);
        }

        return Assemble(batches, batchOrder, Efficiency(lengths, units, options.PackingLength));
    }

    /// <summary>Indices of the samples in a micro-batch.</summary>
    public ReadOnlySpan<int> SamplesOf(int microBatch) => samples.AsSpan(starts[microBatch]..starts[microBatch + 1]);

    /// <summary>Tokens in a micro-batch.</summary>
    public int TokensOf(int microBatch) => tokens[microBatch];

    /// <summary>Lays the samples of a micro-batch end to end.</summary>
    /// <param name="microBatch">Number of the micro-batch in this epoch.</param>
    /// <param name="rows">The samples whose lengths made the plan.</param>
    /// <param name="batch">Emptied and filled.</param>
    public void Fill(int microBatch, SampleList rows, MicroBatch batch)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(batch);
        batch.Clear();
        foreach (var i in SamplesOf(microBatch)) rows.AppendTo(batch, i);
    }

    private static int[] Order(string purpose, int count, EpochPlanOptions options, int epoch)
    {
        var order = Range(count);
        if (!options.Shuffle) return order;
        var stream = CounterRandom.Stream(purpose, (ulong)epoch);
        for (var i = count - 1; i > 0; i--)
        {
            var j = CounterRandom.Below(options.Seed, stream, (ulong)i, i + 1);
            (order[i], order[j]) = (order[j], order[i]);
        }

        return order;
    }

    private static Groups Packs(ReadOnlySpan<int> lengths, int[] order, EpochPlanOptions options, int epoch)
    {
        var (packOf, count) = BestFitPacker.Pack(lengths, order, options.PackingLength);

        // Packs are numbered longest sample first; number them again by the first sample in order, then shuffle the numbers:
        // packs of many short samples would otherwise tend to come first.
        var rank = new int[count];
        Array.Fill(rank, -1);
        var places = Order("pack order", count, options, epoch);
        var seen = 0;
        foreach (var sample in order)
        {
            if (rank[packOf[sample]] < 0) rank[packOf[sample]] = places[seen++];
        }

        var starts = new int[count + 1];
        foreach (var pack in packOf) starts[rank[pack] + 1]++;
        for (var i = 0; i < count; i++) starts[i + 1] += starts[i];
        var cursor = starts.ToArray();
        var members = new int[order.Length];
        foreach (var sample in order) members[cursor[rank[packOf[sample]]]++] = sample;
        return new Groups(members, starts);
    }

    private static (Groups Groups, int[] Tokens) Batches(ReadOnlySpan<int> lengths, Groups units, int batchSize)
    {
        var count = (units.Count + batchSize - 1) / batchSize;
        var starts = new int[count + 1];
        var tokens = new int[count];
        for (var i = 0; i < count; i++)
        {
            starts[i + 1] = units.Starts[Math.Min((i + 1) * batchSize, units.Count)];
            foreach (var sample in units.Members.AsSpan(starts[i]..starts[i + 1])) tokens[i] = checked(tokens[i] + lengths[sample]);
        }

        return (new Groups(units.Members, starts), tokens);
    }

    private static EpochPlan Assemble((Groups Groups, int[] Tokens) batches, int[] batchOrder, double efficiency)
    {
        var samples = new int[batches.Groups.Members.Length];
        var starts = new int[batchOrder.Length + 1];
        var tokens = new int[batchOrder.Length];
        for (var i = 0; i < batchOrder.Length; i++)
        {
            var source = batches.Groups.Members.AsSpan(batches.Groups.Starts[batchOrder[i]]..batches.Groups.Starts[batchOrder[i] + 1]);
            source.CopyTo(samples.AsSpan(starts[i]));
            starts[i + 1] = starts[i] + source.Length;
            tokens[i] = batches.Tokens[batchOrder[i]];
        }

        return new EpochPlan(samples, starts, tokens, efficiency);
    }

    private static double Efficiency(ReadOnlySpan<int> lengths, Groups units, int packingLength)
    {
        if (packingLength == 0) return 1;
        long used = 0, room = 0;
        for (var i = 0; i < units.Count; i++)
        {
            long pack = 0;
            foreach (var sample in units.Members.AsSpan(units.Starts[i]..units.Starts[i + 1])) pack += lengths[sample];
            used += pack;
            room += Math.Max(pack, packingLength);
        }

        return (double)used / room;
    }

    private static int[] Range(int count)
    {
        var range = new int[count];
        for (var i = 0; i < count; i++) range[i] = i;
        return range;
    }

    /// <summary>Samples in groups: group i holds Members[Starts[i] .. Starts[i + 1]).</summary>
    private readonly record struct Groups(int[] Members, int[] Starts)
    {
        public int Count => Starts.Length - 1;
    }
}

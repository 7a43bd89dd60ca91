using FsCheck;
using FsCheck.Fluent;
using Hone.Data.Packing;
using Hone.Data.Storage;

namespace Hone.Data.Tests.Packing;

public sealed class EpochPlanTests
{
    private static readonly int[] Lengths = [.. Enumerable.Range(0, 500).Select(i => 1 + i * 7919 % 97)];

    [Fact]
    public void Every_sample_appears_exactly_once_whatever_the_options() =>
        Prop.ForAll(Cases().ToArbitrary(), c =>
        {
            var plan = EpochPlan.Create(c.Lengths, c.Options, c.Epoch);
            var all = Enumerable.Range(0, plan.MicroBatchCount).SelectMany(i => plan.SamplesOf(i).ToArray()).Order();
            Assert.Equal(Enumerable.Range(0, c.Lengths.Length), all);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void No_pack_holds_more_than_its_capacity_and_token_counts_are_right() =>
        Prop.ForAll(Cases().ToArbitrary(), c =>
        {
            var plan = EpochPlan.Create(c.Lengths, c.Options with { BatchSize = 1 }, c.Epoch);
            for (var i = 0; i < plan.MicroBatchCount; i++)
            {
                var members = plan.SamplesOf(i).ToArray();
                Assert.Equal(members.Sum(s => c.Lengths[s]), plan.TokensOf(i));
                if (members.Length > 1) Assert.InRange(plan.TokensOf(i), 1, c.Options.PackingLength);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_number_of_micro_batches_is_the_same_in_every_epoch()
    {
        var options = new EpochPlanOptions { BatchSize = 3, Seed = 5, PackingLength = 128 };
        var counts = Enumerable.Range(0, 8).Select(e => EpochPlan.Create(Lengths, options, e).MicroBatchCount);
        Assert.Single(counts.Distinct());
    }

    [Fact]
    public void Unshuffled_rows_stay_in_order_and_the_last_batch_is_kept()
    {
        var plan = EpochPlan.Create([3, 9, 1, 4, 2], new EpochPlanOptions { BatchSize = 2, Shuffle = false }, 0);
        Assert.Equal([0, 1], plan.SamplesOf(0).ToArray());
        Assert.Equal([2, 3], plan.SamplesOf(1).ToArray());
        Assert.Equal([4], plan.SamplesOf(2).ToArray());
    }

    [Fact]
    public void Unshuffled_packs_go_by_their_first_row()
    {
        var plan = EpochPlan.Create(Lengths, new EpochPlanOptions { Shuffle = false, PackingLength = 128 }, 0);
        var firsts = Enumerable.Range(0, plan.MicroBatchCount).Select(i => plan.SamplesOf(i)[0]).ToArray();
        Assert.Equal(firsts.Order(), firsts);
    }

    [Fact]
    public void A_shuffled_first_epoch_begins_with_its_longest_micro_batch()
    {
        var plan = EpochPlan.Create(Lengths, new EpochPlanOptions { BatchSize = 4, Seed = 1 }, 0);
        Assert.Equal(Enumerable.Range(0, plan.MicroBatchCount).Max(plan.TokensOf), plan.TokensOf(0));
    }

    [Fact]
    public void Seed_and_epoch_change_the_order_and_equal_inputs_repeat_it()
    {
        var options = new EpochPlanOptions { BatchSize = 2, Seed = 1, PackingLength = 128 };
        Assert.Equal(Order(options, 1), Order(options, 1));
        Assert.NotEqual(Order(options, 1), Order(options, 2));
        Assert.NotEqual(Order(options, 1), Order(options with { Seed = 2 }, 1));
    }

    [Fact]
    public void Best_fit_is_at_least_as_tight_as_the_theorem_promises()
    {
        // Best-fit decreasing needs at most 11/9·OPT + 6/9 packs (Dósa 2007), and OPT is at least the tokens over the capacity.
        var plan = EpochPlan.Create(Lengths, new EpochPlanOptions { PackingLength = 256 }, 0);
        var optimum = Math.Ceiling(Lengths.Sum() / 256.0);
        Assert.InRange(plan.MicroBatchCount, optimum, 11.0 / 9 * optimum + 6.0 / 9);
        Assert.Equal(Lengths.Sum() / (256.0 * plan.MicroBatchCount), plan.PackingEfficiency, 12);
    }

    [Theory]
    [InlineData(500, 8, 15)]
    [InlineData(500, 1, 50)]
    [InlineData(20, 8, 1)]
    [InlineData(3, 8, 1)]
    public void Grouping_by_length_sorts_stretches_of_the_shuffled_order(int count, int step, int steps)
    {
        var options = new EpochPlanOptions { Seed = 9 };
        var lengths = Lengths[..count];
        var plain = Samples(EpochPlan.Create(lengths, options, 1));
        var grouped = Samples(EpochPlan.Create(lengths, options with { GroupByLength = step }, 1));

        // Hugging Face's get_length_grouped_indices, written down again: sorted stretches, then the longest sample to the front.
        var stretches = plain.Chunk(step * steps).Select(s => s.OrderByDescending(i => lengths[i]).ToArray()).ToArray();
        var longest = stretches.MaxBy(s => lengths[s[0]])!;
        (stretches[0][0], longest[0]) = (longest[0], stretches[0][0]);
        Assert.Equal(stretches.SelectMany(s => s), grouped);
    }

    [Fact]
    public void Filling_lays_samples_end_to_end_with_borders_between()
    {
        TokenizedSample[] rows = [new([1, 2, 3], [0, 1, 1], 10), new([4, 5], [0, 0.5f], 11)];
        var plan = EpochPlan.Create([3, 2], new EpochPlanOptions { BatchSize = 2, Shuffle = false }, 0);
        var batch = new MicroBatch(8);
        plan.Fill(0, SampleList.Of(rows), batch);
        Assert.Equal([1, 2, 3, 4, 5], batch.Ids[..5]);
        Assert.Equal([0, 3, 5], batch.SegmentStarts[..3]);
        Assert.Equal([10, 11], batch.SegmentRows[..2]);
        Assert.Equal(2.5, batch.WeightSum);
    }

    [Fact]
    public void An_empty_data_set_is_refused() =>
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => EpochPlan.Create([], new EpochPlanOptions(), 0)).ExitCode);

    private static int[] Order(EpochPlanOptions options, int epoch) => Samples(EpochPlan.Create(Lengths, options, epoch));

    private static int[] Samples(EpochPlan plan) => [.. Enumerable.Range(0, plan.MicroBatchCount).SelectMany(i => plan.SamplesOf(i).ToArray())];

    private static Gen<(int[] Lengths, EpochPlanOptions Options, int Epoch)> Cases() =>
        from lengths in Gen.Choose(1, 150).NonEmptyListOf()
        from batch in Gen.Choose(1, 5)
        from seed in Gen.Choose(0, 1000)
        from shuffle in Gen.Elements(true, false)
        from packing in Gen.Elements(0, 64, 100, 128, 1000)
        from grouped in Gen.Elements(0, 1, 6)
        from epoch in Gen.Choose(0, 3)
        select (lengths.ToArray(), new EpochPlanOptions { BatchSize = batch, Seed = (ulong)seed, Shuffle = shuffle, PackingLength = packing, GroupByLength = grouped }, epoch);
}

namespace Hone.Core.Tests;

public class MicroBatchTests
{
    [Fact]
    public void Targets_are_the_next_tokens_of_the_same_segment()
    {
        var batch = new MicroBatch(10);
        batch.Append([11, 12, 13], [1, 1, 1], 5);
        batch.Append([21, 22], [1, 1], 6);
        Assert.Equal([11, 12, 13, 21, 22], batch.Ids[..5]);
        Assert.Equal([12, 13, -1, 22, -1], batch.Targets[..5]);
        Assert.Equal([1, 1, 0, 1, 0], batch.Weights[..5]);
        Assert.Equal((5, 2, 3), (batch.TokenCount, batch.SegmentCount, batch.TargetCount));
    }

    [Fact]
    public void The_first_token_of_a_segment_is_not_learned_whatever_its_weight()
    {
        var batch = new MicroBatch(4);
        batch.Append([1], [100], 0);
        batch.Append([2, 3], [100, 0.5f], 1);
        Assert.Equal([-1, 3, -1], batch.Targets[..3]);
        Assert.Equal([0, 0.5f, 0], batch.Weights[..3]);
        Assert.Equal((1, 0.5), (batch.TargetCount, batch.WeightSum));
    }

    [Fact]
    public void Weights_are_summed_over_the_targets_and_what_has_none_is_no_target()
    {
        var batch = new MicroBatch(8);
        batch.Append([1, 2, 3, 4], [0, 0.25f, 0, 2], 0);
        batch.Append([5, 6, 7, 8], [0, -1, float.NaN, 1], 1);
        Assert.Equal([2, -1, 4, -1, -1, -1, 8, -1], batch.Targets);
        Assert.Equal([0.25f, 0, 2, 0, 0, 0, 1, 0], batch.Weights);
        Assert.Equal((3, 3.25), (batch.TargetCount, batch.WeightSum));
    }

    [Fact]
    public void Positions_restart_and_segments_are_bounded_by_their_starts()
    {
        var batch = new MicroBatch(6);
        batch.Append([1, 2], [1, 1], 40);
        batch.Append([3], [1], 7);
        batch.Append([4, 5, 6], [1, 1, 1], 41);
        Assert.Equal([0, 1, 0, 0, 1, 2], batch.Positions);
        Assert.Equal([0, 2, 3, 6], batch.SegmentStarts[..4]);
        Assert.Equal([40, 7, 41], batch.SegmentRows[..3]);
    }

    [Fact]
    public void As_many_segments_as_tokens_fit()
    {
        var batch = new MicroBatch(3);
        for (var i = 0; i < 3; i++) batch.Append([i], [0], i);
        Assert.Equal([0, 1, 2, 3], batch.SegmentStarts);
    }

    [Fact]
    public void A_sample_that_does_not_fit_is_refused_and_leaves_the_batch_as_it_was()
    {
        var batch = new MicroBatch(4);
        batch.Append([1, 2, 3], [1, 1, 1], 0);
        var e = Assert.Throws<ArgumentException>(() => batch.Append([4, 5], [1, 1], 1));
        Assert.Equal("2 tokens do not fit: 3 of 4 are in use", e.Message);
        Assert.Equal((3, 1, 2, 2.0), (batch.TokenCount, batch.SegmentCount, batch.TargetCount, batch.WeightSum));
        batch.Append([4], [1], 1);
        Assert.Equal(4, batch.TokenCount);
    }

    [Fact]
    public void Empty_samples_and_samples_without_a_weight_for_each_token_are_refused()
    {
        var batch = new MicroBatch(4);
        Assert.Throws<ArgumentException>(() => batch.Append([], [], 0));
        var e = Assert.Throws<ArgumentException>(() => batch.Append([1, 2], [1], 0));
        Assert.Equal("2 ids with 1 loss weights", e.Message);
    }

    [Fact]
    public void A_cleared_batch_is_as_good_as_new()
    {
        var used = new MicroBatch(4);
        used.Append([9, 9, 9, 9], [1, 1, 1, 1], 3);
        used.Clear();
        Assert.Equal((0, 0, 0, 0.0), (used.TokenCount, used.SegmentCount, used.TargetCount, used.WeightSum));
        var fresh = new MicroBatch(4);
        foreach (var batch in new[] { used, fresh })
        {
            batch.Append([1, 2], [0, 1], 0);
            batch.Append([3, 4], [0, 0], 1);
        }

        Assert.Equal(fresh.Ids, used.Ids);
        Assert.Equal(fresh.Targets, used.Targets);
        Assert.Equal(fresh.Weights, used.Weights);
        Assert.Equal(fresh.Positions, used.Positions);
        Assert.Equal(fresh.SegmentStarts[..3], used.SegmentStarts[..3]);
        Assert.Equal(fresh.SegmentRows[..2], used.SegmentRows[..2]);
        Assert.Equal(fresh.WeightSum, used.WeightSum);
    }
}

using Hone.Settings;
using Hone.Testing;
using Hone.Training.Checkpoints;
using Hone.Training.Runs;

namespace Hone.Training.Tests;

/// <summary>A run that goes on from an older checkpoint, and fails or dies while it clears the way.</summary>
public sealed class SupersededTests : IDisposable
{
    private const string NewArguments = """{"learning_rate": 1}""";

    private readonly TemporaryFolder folder = new();
    private readonly string[] files;
    private readonly byte[][] before;

    public SupersededTests()
    {
        using (var run = new TinyRun(Settings, Root)) run.Run();
        files = [Path.Combine(Root, "logging.jsonl"), Path.Combine(Root, "args.json")];
        before = Contents();
    }

    private static SftSettings Settings => TinyRun.Settings with { SaveStrategy = IntervalStrategy.Steps, SaveSteps = 1 };

    private string Root => folder.PathOf("run");

    private string Checkpoint => folder.PathOf("run/checkpoint-3");

    public void Dispose()
    {
        DurableFiles.SyncingFolder = null;
        folder.Dispose();
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_set_aside_leaves_log_and_arguments_as_they_were()
    {
        // A folder stands where the third of five would go.
        var obstacle = folder.PathOf("run/superseded/checkpoint-6");
        DurableFiles.SyncingFolder = _ => folder.Write("run/superseded/checkpoint-6/mine", "years of work");
        var error = Assert.Throws<HoneException>(GoOn);
        Assert.Equal(folder.PathOf("run/superseded"), error.Where);
        Assert.Equal(before, Contents());
        Assert.Equal([1, 2, 3, 6, 7, 8], Whole(Root));

        DurableFiles.SyncingFolder = null;
        GoOn();
        AssertWentOn();
        Assert.Equal([6, 7, 8], Whole(folder.PathOf("run/superseded-2")));
        Assert.Equal("years of work", File.ReadAllText(Path.Combine(obstacle, "mine")));
    }

    // Syncs: the new folder's name, the names in it, those gone from the run, args.json, the log, two links.
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    [InlineData(6, false)]
    public void Wherever_it_dies_nothing_is_lost_and_it_can_go_on_again(int sync, bool early)
    {
        var count = 0;
        DurableFiles.SyncingFolder = _ =>
        {
            if (count++ == sync) throw new KilledException();
        };
        Assert.Throws<KilledException>(GoOn);
        Assert.Equal(early, Contents().Zip(before).All(f => f.First.AsSpan().SequenceEqual(f.Second)));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], Whole(Root).Concat(Whole(folder.PathOf("run/superseded"))));

        DurableFiles.SyncingFolder = null;
        GoOn();
        AssertWentOn();
    }

    private static int[] Whole(string root)
    {
        var store = new CheckpointStore(root);
        Assert.All(store.List(), name => Assert.Null(CheckpointManifest.FindDamage(store.PathOf(name))));
        return [.. store.List().Select(n => n.Step)];
    }

    private byte[][] Contents() => [.. files.Select(File.ReadAllBytes)];

    /// <summary>Up to the first step.</summary>
    private void GoOn()
    {
        using var run = new TinyRun(Settings);
        run.Trainer.Resume(Checkpoint);
        using var directory = RunDirectory.OpenFor(Checkpoint, NewArguments);
        run.Trainer.WriteTo(directory, Checkpoint);
    }

    private void AssertWentOn()
    {
        Assert.Equal([1, 2, 3], Whole(Root));
        Assert.Equal(NewArguments, File.ReadAllText(files[1]));
        Assert.Equal(3, File.ReadAllLines(files[0]).Length);
        using var whole = new TinyRun(Settings);
        using var resumed = new TinyRun(Settings, Root, resume: ResumePoint.Find("last", Root, Assert.Fail));
        TrainerLawTests.AssertSameBits(whole.Run().LogHistory, resumed.Run().LogHistory);
        Assert.Equal(whole.Bits(), resumed.Bits());
    }

    private sealed class KilledException : Exception;
}

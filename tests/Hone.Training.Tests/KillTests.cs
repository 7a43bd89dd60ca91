using System.Diagnostics;
using Hone.Settings;
using Hone.Testing;
using Hone.Training.Checkpoints;

namespace Hone.Training.Tests;

/// <summary><c>kill -9</c> while checkpoints are being written.</summary>
public sealed class KillTests
{
    private const string FolderVariable = "HONE_TEST_KILLED_RUN";

    // Ten epochs of four steps.
    private const int Steps = 40;

    private static SftSettings Settings => TinyRun.Settings with
    {
        LrSchedulerType = LrSchedulerType.Constant,
        NumTrainEpochs = 10,
        SaveStrategy = IntervalStrategy.Steps,
        SaveSteps = 1,
        SaveTotalLimit = 2,
    };

    [Fact]
    public async Task Whenever_a_run_is_killed_its_checkpoints_are_whole_and_it_ends_as_if_nothing_happened()
    {
        using var folder = new TemporaryFolder();
        var dice = new Random(20261121);
        for (var round = 0; round < 5; round++)
        {
            var before = Newest(folder);
            using var child = StartChild(folder.PathOf("run"));
            while (!child.HasExited && Newest(folder) == before) await Task.Delay(5, TestContext.Current.CancellationToken);
            await Task.Delay(dice.Next(150), TestContext.Current.CancellationToken);
            child.Kill();
            await child.WaitForExitAsync(TestContext.Current.CancellationToken);

            var store = new CheckpointStore(folder.PathOf("run"));
            Assert.NotEmpty(store.List());
            if (before?.Step != Steps) Assert.True(before is null || Newest(folder)!.Value.CompareTo(before.Value) > 0, "the child went on");
            foreach (var name in store.List()) Assert.Null(CheckpointManifest.FindDamage(store.PathOf(name)));
        }

        var last = ResumePoint.Find("last", folder.PathOf("run"), Assert.Fail);
        using var resumed = new TinyRun(Settings, folder.PathOf("run"), resume: last);
        using var whole = new TinyRun(Settings);
        TrainerLawTests.AssertSameBits(whole.Run().LogHistory, resumed.Run().LogHistory);
        Assert.Equal(whole.Bits(), resumed.Bits());
        Assert.All(Directory.GetDirectories(folder.PathOf("run"), "checkpoint-*"), path => Assert.NotNull(CheckpointName.Parse(Path.GetFileName(path))));
    }

    /// <summary>Not a test of its own: what the child process of the test above runs.</summary>
    [Fact(Explicit = true)]
    public void Run_until_killed()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        if (folder is null) return;
        var resume = CheckpointStore.List(folder).Count == 0 ? null : ResumePoint.Find("last", folder, _ => { });
        using var run = new TinyRun(Settings, folder, resume: resume);
        run.Run();
    }

    private static CheckpointName? Newest(TemporaryFolder folder) => CheckpointStore.List(folder.PathOf("run")) is { Count: > 0 } all ? all[^1] : null;

    private static Process StartChild(string folder)
    {
        var assembly = typeof(KillTests).Assembly.Location;
        var start = new ProcessStartInfo("dotnet",
            [assembly, "--explicit", "only", "--filter-method", $"{typeof(KillTests).FullName}.{nameof(Run_until_killed)}", "--no-progress"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder;
        return Process.Start(start)!;
    }
}

using Hone.Testing;
using Hone.Training.Checkpoints;

namespace Hone.Training.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly CheckpointStore store;

    public CheckpointStoreTests() => store = new CheckpointStore(folder.Path);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("checkpoint-12", 12, 0)]
    [InlineData("checkpoint-12-micro-3", 12, 3)]
    public void Names_are_read_back(string text, int step, int micro)
    {
        Assert.Equal(new CheckpointName(step, micro), CheckpointName.Parse(text));
        Assert.Equal(text, new CheckpointName(step, micro).ToString());
    }

    [Theory]
    [InlineData("checkpoint-")]
    [InlineData("checkpoint-1.tmp")]
    [InlineData("checkpoint--1")]
    [InlineData("checkpoint-99999999999")]
    [InlineData("checkpoint-12-merged")]
    public void Other_names_are_left_alone(string text) => Assert.Null(CheckpointName.Parse(text));

    [Fact]
    public void A_failed_save_leaves_the_checkpoints_before_and_nothing_else()
    {
        Save(1, "one");
        var error = Assert.Throws<HoneException>(() => store.Save(new(2, 0), f =>
        {
            File.WriteAllText(Path.Combine(f, "half"), "x");
            throw new IOException("No space left on device");
        }));
        Assert.Contains("No space left", error.Message);
        Assert.Contains("checkpoint-1 is intact", error.Fix);
        Assert.Equal(["checkpoint-1"], Entries());
        Assert.Null(CheckpointManifest.FindDamage(store.PathOf(new(1, 0))));
    }

    [Fact]
    public void A_failed_replacement_leaves_the_old_content()
    {
        Save(1, "old");
        Assert.Throws<HoneException>(() => store.Save(new(1, 0), _ => throw new IOException("full")));
        Assert.Equal("old", File.ReadAllText(Path.Combine(store.PathOf(new(1, 0)), "content")));
        Save(1, "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(store.PathOf(new(1, 0)), "content")));
        Assert.Equal(["checkpoint-1"], Entries());
    }

    [Fact]
    public void Names_that_move_aside_are_on_disk_there_before_they_are_gone_here()
    {
        foreach (var step in (int[])[1, 2, 3]) Save(step, "content");
        var synced = new List<(string, bool IsHere, bool IsThere)>();
        DurableFiles.SyncingFolder = path => synced.Add((path, Directory.Exists(folder.PathOf("checkpoint-3")), Directory.Exists(folder.PathOf("superseded/checkpoint-3"))));
        try
        {
            store.SetAsideAfter(new(1, 0));
        }
        finally
        {
            DurableFiles.SyncingFolder = null;
        }

        Assert.Equal([(folder.Path, true, false), (folder.PathOf("superseded"), false, true), (folder.Path, false, true)], synced);
    }

    [Fact]
    public void Pruning_never_deletes_best_or_last()
    {
        for (var i = 1; i <= 5; i++) Save(i, "x");
        store.Prune(1, new CheckpointName(5, 0), new CheckpointName(2, 0));
        Assert.Equal(["checkpoint-2", "checkpoint-5"], Entries());
        store.Prune(null, new CheckpointName(5, 0));
        Assert.Equal(2, store.List().Count);
    }

    [Fact]
    public void Pruning_deletes_the_oldest_by_number_and_not_by_text()
    {
        foreach (var i in (int[])[9, 10, 100]) Save(i, "x");
        store.Prune(2, new CheckpointName(100, 0));
        Assert.Equal(["checkpoint-10", "checkpoint-100"], Entries());
    }

    [Fact]
    public void Leftovers_of_a_crash_are_tidied_up()
    {
        Save(1, "x");
        Directory.CreateDirectory(folder.PathOf("checkpoint-2.tmp"));
        Directory.CreateDirectory(folder.PathOf("checkpoint-3.deleting"));
        Directory.Move(store.PathOf(new(1, 0)), folder.PathOf("checkpoint-1.old"));
        store.Recover();
        Assert.Equal(["checkpoint-1"], Entries());
        Assert.Null(CheckpointManifest.FindDamage(store.PathOf(new(1, 0))));
    }

    [Fact]
    public void Links_move_and_point_at_neighbours()
    {
        Save(1, "one");
        Save(2, "two");
        store.Link("last", new(1, 0));
        store.Link("last", new(2, 0));
        if (OperatingSystem.IsWindows()) Assert.Equal("checkpoint-2", File.ReadAllText(folder.PathOf("last")));
        else Assert.Equal("two", File.ReadAllText(Path.Combine(folder.PathOf("last"), "content")));
        Assert.Equal(store.PathOf(new(2, 0)), ResumePoint.Find(folder.PathOf("last"), "", _ => { }));
    }

    [Theory]
    [InlineData("flip", "does not match its checksum")]
    [InlineData("cut", "bytes, not")]
    [InlineData("remove", "is missing")]
    [InlineData("manifest", "is not valid JSON")]
    [InlineData("no manifest", "is not complete")]
    public void A_damaged_checkpoint_is_refused_by_name_and_the_one_before_offered(string damage, string expected)
    {
        Save(1, "one");
        Save(2, "two two");
        var bad = store.PathOf(new(2, 0));
        var content = Path.Combine(bad, "content");
        switch (damage)
        {
            case "flip": File.WriteAllText(content, "two twO"); break;
            case "cut": File.WriteAllText(content, "two"); break;
            case "remove": File.Delete(content); break;
            case "manifest": File.WriteAllText(Path.Combine(bad, CheckpointManifest.FileName), "{"); break;
            default: File.Delete(Path.Combine(bad, CheckpointManifest.FileName)); break;
        }

        var error = Assert.Throws<HoneException>(() => ResumePoint.Find(bad, "", _ => { }));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.Contains(expected, error.Message);
        Assert.Contains("checkpoint-2", error.Message);
        Assert.Contains(store.PathOf(new(1, 0)), error.Fix);

        var warnings = new List<string>();
        Assert.Equal(store.PathOf(new(1, 0)), ResumePoint.Find("last", folder.Path, warnings.Add));
        if (damage != "no manifest") Assert.Contains("checkpoint-2", Assert.Single(warnings));
    }

    [Fact]
    public void Last_without_any_checkpoint_says_so() =>
        Assert.Equal(ExitCode.Usage, Assert.Throws<HoneException>(() => ResumePoint.Find("last", folder.Path, _ => { })).ExitCode);

    private void Save(int step, string content) =>
        store.Save(new(step, 0), f => File.WriteAllText(Path.Combine(f, "content"), content));

    private string[] Entries() => [.. Directory.GetFileSystemEntries(folder.Path).Select(p => Path.GetFileName(p)!).Order(StringComparer.Ordinal)];
}

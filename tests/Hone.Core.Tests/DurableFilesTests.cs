using Hone.Testing;

namespace Hone.Core.Tests;

public sealed class DurableFilesTests
{
    [Fact]
    public void A_write_replaces_the_whole_content_and_leaves_nothing_beside_it()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("file", "a longer old content");
        DurableFiles.Write(path, stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.safetensors", "old");
        var left = folder.Write("model.safetensors.1.partial", "left by a crash");
        File.SetLastWriteTimeUtc(left, DateTime.UtcNow.AddDays(-2));
        var error = Assert.Throws<HoneException>(() => DurableFiles.Write(path, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new IOException("No space left on device");
        }));
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Where);
        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Two_that_write_a_file_at_once_do_not_harm_each_other()
    {
        using var folder = new TemporaryFolder();
        var (path, other) = (folder.PathOf("file"), folder.Write("file.2.partial", "of a third that writes just now"));
        DurableFiles.Write(path, first =>
        {
            first.Write("the first"u8);
            first.Flush();
            DurableFiles.Write(path, second => second.Write("the second"u8));
            Assert.Equal("the second", File.ReadAllText(path));
            first.Write(" to begin"u8);
        });
        Assert.Equal("the first to begin", File.ReadAllText(path));
        Assert.Equal([path, other], Directory.EnumerateFileSystemEntries(folder.Path).Order());
    }

    [Fact]
    public void A_folder_in_the_way_of_a_file_and_a_file_in_the_way_of_a_folder_are_named()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.PathOf("taken"));
        Assert.Equal(folder.PathOf("taken"), Assert.Throws<HoneException>(() => DurableFiles.Write(folder.PathOf("taken"), _ => { })).Where);
        var file = folder.Write("file", "x");
        Assert.Equal(file, Assert.Throws<HoneException>(() => DurableFiles.CreateFolder(file)).Where);
    }

    [Fact]
    public void A_link_is_moved_in_one_piece()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one/content", "1");
        folder.Write("two/content", "2");
        var link = folder.PathOf("last");
        DurableFiles.Link(link, "one");
        DurableFiles.Link(link, "two");
        Assert.Equal("two", OperatingSystem.IsWindows() ? File.ReadAllText(link) : new DirectoryInfo(link).LinkTarget);
        Assert.False(Path.Exists(link + DurableFiles.PartialSuffix));
    }

    [Fact]
    public void A_link_that_cannot_be_made_is_named_and_nothing_is_left_beside_it()
    {
        using var folder = new TemporaryFolder();
        folder.Write("one/content", "1");
        Assert.Equal(folder.PathOf("one"), Assert.Throws<HoneException>(() => DurableFiles.Link(folder.PathOf("one"), "two")).Where);
        Assert.Equal([folder.PathOf("one")], Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Names_are_on_disk_when_a_call_returns()
    {
        using var folder = new TemporaryFolder();
        var synced = new List<(string, string?)>();
        DurableFiles.SyncingFolder = path => synced.Add((path, string.Join(' ', Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order())));
        try
        {
            DurableFiles.Write(folder.PathOf("file"), _ => { });
            DurableFiles.Link(folder.PathOf("link"), "file");
        }
        finally
        {
            DurableFiles.SyncingFolder = null;
        }

        Assert.Equal([(folder.Path, "file"), (folder.Path, "file link")], synced);
    }
}

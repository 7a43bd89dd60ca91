using Hone.Testing;

namespace Hone.Core.Tests;

public sealed class FileLengthTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_link_is_as_long_as_the_file_behind_it()
    {
        var file = folder.Write("blobs/content", new string('x', 12_345));
        Directory.CreateDirectory(folder.PathOf("snapshot"));
        File.CreateSymbolicLink(folder.PathOf("snapshot/name"), "../blobs/content");
        File.CreateSymbolicLink(folder.PathOf("again"), "snapshot/name");
        Assert.Equal(12_345, FileLength.Of(file));
        Assert.Equal(12_345, FileLength.Of(folder.PathOf("snapshot/name")));
        Assert.Equal(12_345, FileLength.Of(folder.PathOf("again")));
        Assert.Throws<FileNotFoundException>(() => FileLength.Of(folder.PathOf("none")));
    }
}

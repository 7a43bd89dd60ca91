using System.Diagnostics;
using Hone.Data.Registration;
using Hone.Testing;

namespace Hone.Data.Tests.Registration;

/// <summary>A registration file of a stranger is read or refused: it neither hangs nor fills the memory.</summary>
public sealed class YamlTreeTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("templates: []\n---\ndatasets: []\n", "more than one document")]
    [InlineData("a: &x 1\nb: *x\n", "aliases")]
    [InlineData("a: !!python/object 1\n", "tags")]
    [InlineData("a: 1\na: 2\n", "twice")]
    [InlineData("? [1, 2]\n: 3\n", "plain word")]
    [InlineData("- a\n", "no 'name: value' lines")]
    [InlineData("a: [1\n", "not valid YAML")]
    [InlineData("a: \"\\ud800\"\n", "not valid YAML")]
    public void What_it_does_not_read_it_refuses(string yaml, string message)
    {
        var error = Assert.Throws<HoneException>(() => YamlTree.Read(folder.Write("r.yaml", yaml)));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("r.yaml", error.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("---\na: 1\n...\n")]
    [InlineData("# only this\na: 1\n")]
    public void One_document_may_have_its_marks(string yaml) => Assert.Equal(1L, (long)YamlTree.Read(folder.Write("r.yaml", yaml))["a"]!);

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("- ")]
    [InlineData("? ")]
    [InlineData("a: {")]
    [InlineData("[a, ")]
    [InlineData("&a ")]
    [InlineData("!a ")]
    [InlineData("a ")]
    [InlineData("\"")]
    [InlineData("'")]
    [InlineData("'' ")]
    [InlineData("|\n")]
    [InlineData("--- ")]
    [InlineData("---\n")]
    [InlineData("%TAG ! x\n")]
    [InlineData("%YAML 1.1\n")]
    [InlineData("#\n")]
    [InlineData("\n")]
    [InlineData("\t")]
    [InlineData("a:\n ")]
    [InlineData("- a\n")]
    [InlineData(": ")]
    [InlineData(",")]
    [InlineData("\\")]
    [InlineData("a: >\n  b\n\n")]
    public void Any_mark_over_and_over_is_read_or_refused(string mark)
    {
        const int Length = 4 << 20;
        var path = folder.Write("r.yaml", string.Concat(Enumerable.Repeat(mark, Length / mark.Length)));
        var (allocated, start) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        if (Record.Exception(() => YamlTree.Read(path)) is { } error) Assert.IsType<HoneException>(error);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Stopwatch.GetElapsedTime(start).TotalSeconds:F2} s");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - allocated, 0, 3L << 30);
    }
}

using System.Text.Json;
using Hone.Data.Readers;
using Hone.Testing;

namespace Hone.Data.Tests.Readers;

/// <summary>
/// The samples and their rows, as another reader gave them, lie under <c>formats/parquet</c>; its README says how the rows are
/// written down.
/// </summary>
public sealed class ParquetRowsTests
{
    private const string Folder = "formats/parquet/";

    /// <summary>Columns of bytes whose expected values are hexadecimal, although they are valid text.</summary>
    private static Dictionary<string, HashSet<string>> BinaryColumns()
    {
        using var files = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf(Folder + "files.json")));
        return files.RootElement.GetProperty("readable").EnumerateArray().ToDictionary(
            f => f.GetProperty("file").GetString()!,
            f => f.GetProperty("blob_columns_as_hex").EnumerateArray().Select(c => c.GetString()!).ToHashSet());
    }

    [Fact]
    public void Every_sample_gives_its_rows()
    {
        var samples = BinaryColumns();
        Assert.Equal(24, samples.Count);
        foreach (var (name, binary) in samples)
        {
            var path = SharedData.PathOf(Folder + name);
            var expected = File.ReadLines(Path.ChangeExtension(path, ".expected.jsonl")).ToList();
            var rows = DataFiles.Read(path).ToList();
            Assert.True(expected.Count == rows.Count, $"{name}: {rows.Count} rows instead of {expected.Count}");
            for (var i = 0; i < rows.Count; i++)
            {
                Assert.True(rows[i].Error is null, $"{rows[i].Location}: {rows[i].Error}");
                Assert.Equal(i + 1, rows[i].Location.Row);
                using var want = JsonDocument.Parse(expected[i]);
                Assert.Equal(want.RootElement.EnumerateObject().Select(p => p.Name), rows[i].Json.EnumerateObject().Select(p => p.Name));
                foreach (var field in want.RootElement.EnumerateObject())
                {
                    var difference = JsonComparison.Difference(field.Value, rows[i].Json.GetProperty(field.Name), textIsHex: binary.Contains(field.Name));
                    Assert.True(difference is null, $"{name}:{i + 1} {field.Name}: {difference}");
                }
            }
        }
    }

    [Theory]
    [InlineData("PARQUET-1481", "unknown type")]
    [InlineData("ARROW-RS-GH-6229-DICTHEADER", "outside of the file")]
    [InlineData("ARROW-GH-41317", "entries instead of")]
    [InlineData("ARROW-GH-41321", "more than 32 bits")]
    [InlineData("ARROW-GH-45185", "does not fit")]
    [InlineData("ARROW-GH-47662", "")]
    [InlineData("nation.dict-malformed", "longer than its column")]
    [InlineData("datapage_v1-corrupt-checksum", "checksum")]
    public void Every_malformed_sample_is_an_error_that_names_the_file(string name, string reason)
    {
        var path = SharedData.PathOf(Folder + "malformed/" + name + ".parquet");
        var e = Assert.Throws<HoneException>(() => DataFiles.Read(path).Count());
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.StartsWith(path, e.Where, StringComparison.Ordinal);
        Assert.Contains(reason, e.Message, StringComparison.Ordinal);
    }
}

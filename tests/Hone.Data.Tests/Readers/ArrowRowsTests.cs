using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Readers;
using Hone.Testing;

namespace Hone.Data.Tests.Readers;

/// <summary>The samples lie under <c>formats/arrow</c>; its README says how their rows are written down.</summary>
public sealed class ArrowRowsTests : IDisposable
{
    private const string Folder = "formats/arrow/";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("alpaca_save_to_disk", 120)]
    [InlineData("chat_save_to_disk", 66)]
    [InlineData("mixed_types_nulls", 33)]
    public void A_saved_data_set_gives_its_rows(string name, int count)
    {
        var path = SharedData.PathOf(Folder + name);
        var rows = DataFiles.Read(path).ToList();
        Assert.Equal(count, rows.Count);
        AssertSame(File.ReadLines(Path.Combine(path, "expected.jsonl")).Select(l => JsonNode.Parse(l)!), rows);
        Assert.Equal($"{Path.Combine(path, "data-00000-of-00001.arrow")}:{count}", rows[^1].Location.ToString());
    }

    [Theory]
    [InlineData("generated_custom_metadata")]
    [InlineData("generated_dictionary")]
    [InlineData("generated_nested")]
    [InlineData("generated_nested_dictionary")]
    [InlineData("generated_null")]
    [InlineData("generated_primitive")]
    [InlineData("generated_primitive_large_offsets")]
    [InlineData("generated_primitive_no_batches")]
    [InlineData("generated_zstd")]
    public void A_stream_of_the_format_s_own_tests_gives_its_rows(string name)
    {
        var path = Path.Combine(SharedData.PathOf(Folder + "integration"), name);
        using var schema = JsonDocument.Parse(File.ReadAllBytes(path + ".schema.json"));
        var types = schema.RootElement.GetProperty("fields").EnumerateArray().ToDictionary(f => f.GetProperty("name").GetString()!, f => f.GetProperty("type").GetString()!);
        var rows = DataFiles.Read(path + ".stream").ToList();
        Assert.Equal(schema.RootElement.GetProperty("batches").EnumerateArray().Sum(b => b.GetInt32()), rows.Count);
        AssertSame(File.ReadLines(path + ".expected.jsonl").Select(l => Plain((JsonObject)JsonNode.Parse(l)!, types)), rows, types);
    }

    [Fact]
    public void The_train_split_of_several_is_read()
    {
        var sample = SharedData.PathOf(Folder + "alpaca_save_to_disk");
        folder.Write("dataset_dict.json", "{\"splits\": [\"test\", \"train\"]}");
        foreach (var split in (string[])["test", "train"])
        {
            foreach (var file in Directory.GetFiles(sample)) File.Copy(file, Directory.CreateDirectory(folder.PathOf(split)).FullName + "/" + Path.GetFileName(file));
        }

        var rows = DataFiles.Read(folder.Path).ToList();
        Assert.Equal(120, rows.Count);
        Assert.StartsWith(folder.PathOf("train"), rows[0].Location.File, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_that_is_cut_off_is_an_error()
    {
        var bytes = File.ReadAllBytes(SharedData.PathOf(Folder + "alpaca_save_to_disk/data-00000-of-00001.arrow"));
        var path = folder.PathOf("a.arrow");
        for (var cut = 5; cut < bytes.Length - 8; cut += 101)
        {
            File.WriteAllBytes(path, bytes[..cut]);
            var e = Record.Exception(() => DataFiles.Read(path).Count());
            Assert.True(e is HoneException { ExitCode: ExitCode.Data } || IsBetweenMessages(bytes, cut), $"cut at {cut}: {e}");
        }
    }

    /// <summary>A stream may end behind any message.</summary>
    private static bool IsBetweenMessages(byte[] bytes, int cut) => cut % 8 == 0 && bytes.AsSpan(cut).StartsWith<byte>([0xFF, 0xFF, 0xFF, 0xFF]);

    /// <summary>64-bit integers are written as text there, binary values in upper case.</summary>
    private static JsonObject Plain(JsonObject row, Dictionary<string, string> types)
    {
        foreach (var (name, type) in types)
        {
            if (row[name] is not JsonValue value || !value.TryGetValue<string>(out var text)) continue;
            if (type is "int64" or "int64u") row[name] = JsonNode.Parse(text);
            if (type.Contains("binary", StringComparison.Ordinal)) row[name] = text.ToLower(CultureInfo.InvariantCulture);
        }

        return row;
    }

    private static void AssertSame(IEnumerable<JsonNode> expected, List<JsonRow> rows, Dictionary<string, string>? types = null)
    {
        var i = 0;
        foreach (var want in expected)
        {
            var row = rows[i++];
            Assert.True(row.Error is null, $"{row.Location}: {row.Error}");
            foreach (var field in JsonSerializer.SerializeToElement(want).EnumerateObject())
            {
                var actual = row.Json.GetProperty(field.Name);
                if (types?[field.Name] == "floatingpoint:SINGLE" && field.Value.ValueKind == JsonValueKind.Number)
                {
                    Assert.Equal(field.Value.GetSingle(), actual.GetSingle());
                    continue;
                }

                var difference = JsonComparison.Difference(field.Value, actual);
                Assert.True(difference is null, $"{row.Location} {field.Name}: {difference}");
            }
        }

        Assert.Equal(i, rows.Count);
    }
}

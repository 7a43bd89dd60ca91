using System.IO.Compression;
using System.Text;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Testing;

namespace Hone.Data.Tests.Readers;

public sealed class DataFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Csv_fields_hold_separators_line_breaks_and_quotes_and_a_row_is_named_by_its_first_line()
    {
        var rows = Read("a.csv", "a,b\r\n\"x, \"\"y\"\"\",\"one\ntwo\"\r\n,3\r\nsay \"hi\",4");
        Assert.Equal(["{\"a\":\"x, \\\"y\\\"\",\"b\":\"one\\ntwo\"}", "{\"a\":null,\"b\":\"3\"}", "{\"a\":\"say \\\"hi\\\"\",\"b\":\"4\"}"], rows.Select(Text));
        Assert.Equal([2, 4, 5], rows.Select(r => r.Location.Row));
    }

    [Fact]
    public void A_ragged_csv_row_is_an_error_of_its_own()
    {
        var rows = Read("a.csv", "a,b\n1,2\n3\n4,5,6\n7,8\n");
        Assert.Equal([null, "the row has 1 field, the header has 2", "the row has 3 fields, the header has 2", null], rows.Select(r => r.Error));
        Assert.Equal(Path.Combine(folder.Path, "a.csv") + ":4", rows[2].Location.ToString());
    }

    [Theory]
    [InlineData("a,b\n1,2\n3,\"x\n5,6\n7,8\n", "never closed")]
    [InlineData("a,b\n1,2\n\"x\"y,4\n", "closing quote")]
    [InlineData("a,messages\n1,[]\n2,nonsense\n", "no JSON list")]
    [InlineData("a,messages\n1,[]\n2,[] and more\n", "no JSON list")]
    public void Wrong_quotes_and_lists_are_errors_of_their_row(string text, string reason)
    {
        var rows = Read("a.csv", text);
        Assert.Equal(2, rows.Count);
        Assert.Null(rows[0].Error);
        Assert.Contains(reason, rows[1].Error, StringComparison.Ordinal);
        Assert.Equal(3, rows[1].Location.Row);
    }

    [Fact]
    public void Broken_utf8_spoils_its_row_alone()
    {
        byte[] bad = [.. "a,b\n1,"u8, 0xC3, .. "\n2,ok\n"u8];
        Assert.Equal([false, true], Read("a.csv", bad).Select(r => r.Error is null));
        Assert.Equal([false, true], Read("a.txt", [.. "x"u8, 0xFF, .. "\nok\n"u8]).Select(r => r.Error is null));
    }

    [Theory]
    [InlineData("a;b\n1,5;2", "a.csv")]
    [InlineData("a\tb\n1,5\t2", "a.tsv")]
    [InlineData("a|b\n1,5|2", "a.csv")]
    [InlineData("\uFEFFa;b\n1,5;2", "a.CSV")]
    public void The_first_line_of_a_csv_tells_the_separator(string text, string name) =>
        Assert.Equal("{\"a\":\"1,5\",\"b\":\"2\"}", Text(Assert.Single(Read(name, text))));

    [Fact]
    public void Two_csv_columns_of_one_name_are_refused() =>
        Assert.Equal(Path.Combine(folder.Path, "a.csv") + ":1", Assert.Throws<HoneException>(() => Read("a.csv", "a,a\n1,2")).Where);

    [Fact]
    public void Csv_lists_are_parsed_where_a_row_form_needs_them()
    {
        var row = Assert.Single(Read("a.csv", "query,response,history\nq,\"[1]\",\"[[\"\"a\"\",\"\"b\"\"]]\"\n"));
        var conversation = Assert.IsType<Conversation>(RowSchema.Parse(row.Json, out _));
        Assert.Equal(["a", "b", "q", "[1]"], conversation.Messages.Select(m => (string?)m!["content"]));
    }

    [Fact]
    public void Text_gives_a_row_per_line_that_is_not_blank()
    {
        var rows = Read("a.txt", "\uFEFFone\r\n\n  \n two \"quoted\"\n");
        Assert.Equal(["{\"text\":\"one\"}", "{\"text\":\" two \\\"quoted\\\"\"}"], rows.Select(Text));
        Assert.Equal([1, 4], rows.Select(r => r.Location.Row));
    }

    [Fact]
    public void Gzip_is_seen_by_content_in_one_member_or_several()
    {
        var text = string.Concat(Enumerable.Range(0, 5000).Select(i => $"{i},{i * 7919 % 10007}\n"));
        var whole = Read("a.csv", "a,b\n" + text);
        byte[] gzip = [.. Gzip("a,b\n"), .. Gzip(text)];
        Assert.Equal(whole.Select(Text), Read("b.csv.gz", gzip).Select(Text));
        Assert.Equal("{\"a\":1}", Text(Assert.Single(Read("no_such_ending", Gzip("{\"a\":1}")))));
    }

    [Fact]
    public void Gzip_that_is_cut_off_or_followed_by_something_is_an_error()
    {
        var gzip = Gzip(string.Concat(Enumerable.Range(0, 3000).Select(i => $"line {i * 7919 % 10007}\n")));
        for (var cut = 2; cut < gzip.Length; cut += cut < gzip.Length - 30 ? 97 : 1)
            Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Read("a.txt.gz", gzip[..cut])).ExitCode);
        Assert.Throws<HoneException>(() => Read("a.txt.gz", [.. gzip, .. "rest"u8]));
    }

    [Fact]
    public void A_folder_gives_its_data_files_by_name_and_leaves_the_rest()
    {
        File.WriteAllText(folder.PathOf("b.jsonl"), "{\"n\":2}\n{\"n\":3}\n");
        File.WriteAllText(folder.PathOf("a.csv"), "n\n1\n");
        File.WriteAllBytes(folder.PathOf("c.txt.gz"), Gzip("four"));
        File.WriteAllText(folder.PathOf("dataset_info.json"), "{}");
        File.WriteAllText(folder.PathOf("README.md"), "nothing");
        File.WriteAllText(folder.PathOf(".hidden.jsonl"), "nothing");
        Directory.CreateDirectory(folder.PathOf("test"));
        var rows = DataFiles.Read(folder.Path).ToList();
        Assert.Equal(["{\"n\":\"1\"}", "{\"n\":2}", "{\"n\":3}", "{\"text\":\"four\"}"], rows.Select(Text));
        Assert.Equal([folder.PathOf("a.csv") + ":2", folder.PathOf("b.jsonl") + ":1"], rows.Take(2).Select(r => r.Location.ToString()));
        var e = Assert.Throws<HoneException>(() => DataFiles.Read(folder.PathOf("test")).ToList());
        Assert.Equal((ExitCode.Data, folder.PathOf("test")), (e.ExitCode, e.Where));
    }

    [Fact]
    public void Rows_of_every_file_of_a_folder_count_for_a_sample()
    {
        for (var i = 0; i < 4; i++) File.WriteAllText(folder.PathOf($"{i}.txt"), string.Concat(Enumerable.Range(0, 25).Select(n => $"{i}/{n}\n")));
        var rows = new RowSource(folder.Path, [folder.Path], 10).Read(new DatasetOptions()).Select(Text).ToList();
        Assert.Equal(10, rows.Distinct().Count());
        Assert.True(rows.Select(r => r[9]).Distinct().Count() > 1, "all drawn from one file");
        Assert.Equal(rows, new RowSource(folder.Path, [folder.Path], 10).Read(new DatasetOptions()).Select(Text));
    }

    [Theory]
    [InlineData("alpaca.csv", 5, typeof(Conversation))]
    [InlineData("story.txt", 4, typeof(PlainText))]
    public void The_examples_can_be_used(string name, int count, Type content)
    {
        var rows = DataFiles.Read(Path.Combine(SharedData.RepositoryRoot, "examples", "data", name)).ToList();
        Assert.Equal(count, rows.Count);
        Assert.All(rows, r => Assert.IsType(content, RowSchema.Parse(r.Json, out _)));
    }

    [Fact]
    public void Broken_bytes_never_throw_anything_but_an_error_for_people()
    {
        var csv = File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "examples", "data", "alpaca.csv"));
        var gzip = Gzip(Encoding.UTF8.GetString(csv));
        var random = new Random(11);
        for (var i = 0; i < 400; i++)
        {
            var bad = (i % 2 == 0 ? csv : gzip).ToArray().AsSpan(0, random.Next(2, i % 2 == 0 ? csv.Length : gzip.Length)).ToArray();
            for (var n = random.Next(4); n > 0; n--) bad[random.Next(bad.Length)] = "\",\n\r;\0\xFF"u8[random.Next(7)];
            try
            {
                foreach (var row in Read("a.csv", bad))
                {
                    if (row.Error is null) RowSchema.Parse(row.Json, out _);
                }
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Data, e.ExitCode);
            }
        }
    }

    private static string Text(JsonRow row) => row.Error ?? row.Json.GetRawText();

    private static byte[] Gzip(string text)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, CompressionLevel.Optimal)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return result.ToArray();
    }

    private List<JsonRow> Read(string name, string text) => Read(name, Encoding.UTF8.GetBytes(text));

    private List<JsonRow> Read(string name, byte[] content)
    {
        File.WriteAllBytes(folder.PathOf(name), content);
        return [.. DataFiles.Read(folder.PathOf(name))];
    }
}

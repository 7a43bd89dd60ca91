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
    [InlineData("a,b\n1,2\n3,\"x\n5,6\n7,8\n", "never closed", "1 5 7")]
    [InlineData("a,b\n1,2\n3,\"x\n5,6\n\"7\",8\n9,10\n", "closing quote", "1 5 7 9")]
    [InlineData("a,b\r\n1,2\r\n\"3,x\r\n5,6\r\n\"7, \"\"y\"\"\r\nz\",8\r\n9,10\r\n", "closing quote", "1 5 7, \"y\"\r\nz 9")]
    public void A_quote_that_is_not_closed_costs_its_line_alone(string text, string reason, string others)
    {
        foreach (var name in (string[])["a.csv", "a.csv.gz"])
        {
            var rows = Read(name, name == "a.csv" ? Encoding.UTF8.GetBytes(text) : Gzip(text));
            Assert.Contains(reason, rows[1].Error, StringComparison.Ordinal);
            Assert.Equal(others, string.Join(' ', rows.Where(r => r.Error is null).Select(r => r.Json.GetProperty("a").GetString())));
            Assert.Equal([2, 3, 4, 5], rows.Take(4).Select(r => r.Location.Row));
        }
    }

    [Fact]
    public void What_is_left_of_a_rejected_row_is_no_row_of_its_own()
    {
        var rows = Read("a.csv", Encoding.UTF8.GetBytes("q,a\n\"Hello\nhe said \"hi\" there\",ok\n5,6\nfive\" nails,7\n"));
        Assert.Equal(["5", "five\" nails"], rows.Where(r => r.Error is null).Select(r => r.Json.GetProperty("q").GetString()));
        Assert.Equal([2, 3, 4, 5], rows.Select(r => r.Location.Row));
    }

    [Fact]
    public void Many_quotes_that_are_not_closed_cost_their_lines_alone()
    {
        // Long and short rows, so that what is read again lies in one chunk of the file or in several.
        var random = new Random(3);
        var lines = Enumerable.Range(0, 3000).Select(i => $"{i},\"text, of \"\"row\"\" {i}{new string('x', random.Next(100) == 0 ? 100_000 : 5)}\"").ToArray();
        var bad = Enumerable.Range(0, 40).Select(_ => random.Next(lines.Length)).ToHashSet();
        var good = Read("a.csv", "a,b\n" + string.Join('\n', lines)).Select(Text).ToList();
        var rows = Read("a.csv", "a,b\n" + string.Join('\n', lines.Select((l, i) => bad.Contains(i) ? '"' + l : l)));
        Assert.Equal(lines.Length, rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            Assert.Equal(i + 2, rows[i].Location.Row);
            if (bad.Contains(i)) Assert.NotNull(rows[i].Error);
            else Assert.Equal(good[i], Text(rows[i]));
        }
    }

    [Theory]
    [InlineData("a.csv", "q,r\nGrüße,您好")]
    [InlineData("a.jsonl", "{\"q\":\"Grüße\",\"r\":\"您好\"}\n")]
    [InlineData("a.json", "[{\"q\":\"Grüße\",\"r\":\"您好\"}]")]
    [InlineData("a.txt", "Grüße 您好\r\n")]
    public void Text_that_is_marked_as_utf16_is_read(string name, string text)
    {
        var wanted = Text(Assert.Single(Read(name, text)));
        foreach (var isBigEndian in (bool[])[false, true])
        {
            var utf16 = new UnicodeEncoding(isBigEndian, byteOrderMark: true);
            byte[] content = [.. utf16.GetPreamble(), .. utf16.GetBytes(text)];
            Assert.Equal(wanted, Text(Assert.Single(Read(name, content))));
            // Half a surrogate pair behind it.
            var e = Assert.Throws<HoneException>(() => Read(name, [.. content, 0xD8, 0xD8, 0x20, 0x20]));
            Assert.Equal(ExitCode.Data, e.ExitCode);
            Assert.Contains("UTF-16", e.Message, StringComparison.Ordinal);
        }
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
        File.Copy(Example("questions.mindrecord"), folder.PathOf("d.mindrecord0"));
        File.WriteAllText(folder.PathOf("d.mindrecord0.db"), "nothing");
        Directory.CreateDirectory(folder.PathOf("test"));
        var rows = DataFiles.Read(folder.Path).ToList();
        Assert.Equal(["{\"n\":\"1\"}", "{\"n\":2}", "{\"n\":3}", "{\"text\":\"four\"}"], rows.Take(4).Select(Text));
        Assert.Equal("Eight.", rows[5].Json.GetProperty("answer").GetString());
        Assert.Equal(7, rows.Count);
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
    [InlineData("story.txt.gz", 4, typeof(PlainText))]
    [InlineData("thinking.jsonl.zst", 3, typeof(Conversation))]
    [InlineData("questions.parquet", 3, typeof(Conversation))]
    [InlineData("questions.mindrecord", 3, typeof(Conversation))]
    [InlineData("saved_chats", 3, typeof(Conversation))]
    public void The_examples_can_be_used(string name, int count, Type content)
    {
        var rows = DataFiles.Read(Example(name)).ToList();
        Assert.Equal(count, rows.Count);
        Assert.All(rows, r => Assert.IsType(content, RowSchema.Parse(r.Json, out _)));
    }

    private static string Example(string name) => Path.Combine(SharedData.RepositoryRoot, "examples", "data", name);

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

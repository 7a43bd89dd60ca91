using System.Text;
using Hone.Data.Readers;
using Hone.Testing;

namespace Hone.Data.Tests.Readers;

public sealed class JsonRowsTests : IDisposable
{
    private readonly string path = Path.GetTempFileName();

    public void Dispose() => File.Delete(path);

    [Fact]
    public void A_broken_line_is_reported_by_number_and_the_others_are_read()
    {
        var rows = Read("{\"a\":1}\n{\"a\":\n\n{\"a\":3}\r\n");
        Assert.Equal([1, 2, 4], rows.Select(r => r.Location.Row));
        Assert.Equal([true, false, true], rows.Select(r => r.Error is null));
        Assert.Contains("not JSON at column", rows[1].Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[{\"a\":1},{\"a\":2}]")]
    [InlineData("  \n [ {\"a\":1},\n{\"a\":2} ]\n")]
    [InlineData("\uFEFF[{\"a\":1},{\"a\":2}]")]
    [InlineData("\uFEFF{\"a\":1}\n{\"a\":2}")]
    public void The_content_decides_between_an_array_and_lines(string text) =>
        Assert.Equal([1, 2], Read(text).Select(r => r.Json.GetProperty("a").GetInt32()));

    [Theory]
    [InlineData("  [{\"a\":1},{\"a\":2}]")]
    [InlineData("\uFEFF\n{\"a\":1}\n{\"a\":2}")]
    [InlineData("")]
    public void A_pipe_is_read_like_a_file(string text)
    {
        using var pipe = new System.IO.Pipes.AnonymousPipeServerStream(System.IO.Pipes.PipeDirection.Out);
        using var end = new System.IO.Pipes.AnonymousPipeClientStream(System.IO.Pipes.PipeDirection.In, pipe.ClientSafePipeHandle);
        pipe.Write(Encoding.UTF8.GetBytes(text));
        pipe.Dispose();
        using var peeked = new PeekedStream(end);
        Assert.Equal(text.Length == 0 ? -1 : text.TrimStart('\uFEFF', '\n', ' ')[0], peeked.FirstByte);
        using var reader = new StreamReader(peeked);
        Assert.Equal(text.TrimStart('\uFEFF'), reader.ReadToEnd());
    }

    [Fact]
    public void A_broken_array_names_file_and_line()
    {
        var e = Assert.Throws<HoneException>(() => Read("[\n{\"a\":1},\n{\"a\" 2}]"));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Equal($"{path}:3", e.Where);
    }

    [Fact]
    public void Duplicate_keys_and_deep_nesting_are_errors_of_their_row_alone()
    {
        var rows = Read("{\"a\":1,\"a\":2}\n" + string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000) + "\n{\"a\":3}");
        Assert.Equal([false, false, true], rows.Select(r => r.Error is null));
    }

    [Fact]
    public void In_an_array_an_element_with_duplicate_keys_or_deep_nesting_costs_only_itself()
    {
        var deep = string.Concat(Enumerable.Repeat("[", 10_000)) + new string(']', 10_000);
        var rows = Read("[{\"a\":1,\"a\":2},\n{\"a\":" + deep + "}, 7, {\"a\":3}]");
        Assert.Equal([false, false, true, true], rows.Select(r => r.Error is null));
        Assert.Equal([1, 2, 3, 4], rows.Select(r => r.Location.Row));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(65_530)]
    [InlineData(400_000)]
    public void Elements_of_an_array_may_lie_across_any_border_of_what_is_read_at_once(int length)
    {
        var texts = Enumerable.Range(0, 20).Select(i => new string((char)('a' + i), length + i)).ToList();
        var rows = Read("[ " + string.Join(" ,\n", texts.Select(t => "{\"a\": [\"" + t + "\", 1.5e3]}")) + "\n]\n");
        Assert.Equal(texts, rows.Select(r => r.Json.GetProperty("a")[0].GetString()));
        Assert.All(rows, r => Assert.Equal(1500, r.Json.GetProperty("a")[1].GetDouble()));
    }

    [Theory]
    [InlineData("[{\"a\":1}")]
    [InlineData("[{\"a\":1},")]
    [InlineData("[{\"a\":1}] {\"a\":2}")]
    [InlineData("[{\"a\":1}, {\"a\":")]
    public void An_array_that_does_not_end_or_goes_on_is_an_error(string text) =>
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Read(text)).ExitCode);

    [Fact]
    public void Broken_bytes_never_throw_anything_but_an_error_for_people()
    {
        var good = File.ReadAllBytes(SharedData.PathOf("datasets/identity.json")).AsSpan(0, 4000).ToArray();
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var bad = good[..random.Next(1, good.Length)];
            for (var n = random.Next(4); n > 0; n--) bad[random.Next(bad.Length)] = (byte)random.Next(256);
            File.WriteAllBytes(path, bad);
            try
            {
                foreach (var row in DataFiles.Read(path))
                {
                    if (row.Error is null) Hone.Data.Schemas.RowSchema.Parse(row.Json, out _);
                }
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Data, e.ExitCode);
            }
        }
    }

    private List<JsonRow> Read(string text)
    {
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return [.. DataFiles.Read(path)];
    }
}

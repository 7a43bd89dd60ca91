using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Hone.Data.MindRecord;
using Hone.Data.Schemas;
using Hone.Testing;

namespace Hone.Data.Tests.MindRecord;

public sealed class MindRecordReaderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("nlp", "2.0", 11)]
    [InlineData("old_version", "2.0", 16)]
    [InlineData("made_v3_lm", "3.0", 300)]
    [InlineData("made_v3_text", "3.0", 700)]
    public void Every_row_of_the_samples_is_as_it_is_known_to_be(string set, string version, int rows)
    {
        var seen = 0;
        foreach (var file in MindRecordSamples.Files(set))
        {
            using var reader = MindRecordReader.Open(file);
            Assert.Equal(version, reader.Version);
            var expected = MindRecordSamples.Expected(set, Path.GetFileName(file));
            var read = reader.Read().ToList();
            Assert.Equal(expected.Count, reader.RowCount);
            Assert.Equal(expected.Count, read.Count);
            foreach (var ((number, row, error), wanted) in read.Zip(expected))
            {
                Assert.Null(error);
                Assert.Equal((int)wanted["row"]! + 1, number);
                var found = MindRecordSamples.Describe(row!, reader.Schema);
                AssertSame(wanted["raw"], found["raw"], $"{file}:{number}");
                AssertSame(wanted["blob"], found["blob"], $"{file}:{number}");
                Assert.All(reader.Schema.Fields, field => Assert.Contains(field.Name, row!.Columns(reader.Schema).Keys));
            }

            seen += read.Count;
        }

        Assert.Equal(rows, seen);
    }

    [Fact]
    public void The_index_is_not_needed()
    {
        var file = folder.PathOf("alone.mindrecord");
        File.WriteAllBytes(file, File.ReadAllBytes(MindRecordSamples.PathOf("made_v3_text/alpaca.mindrecord")));
        using var reader = MindRecordReader.Open(file);
        Assert.Equal(700, reader.Rows().Count());
    }

    [Fact]
    public void A_shard_names_its_set()
    {
        using var reader = MindRecordReader.Open(MindRecordSamples.PathOf("made_v3_lm/lm.mindrecord1"));
        Assert.Equal(["lm.mindrecord0", "lm.mindrecord1"], reader.Shards);
    }

    [Fact]
    public void Pretokenized_rows_are_learned_where_their_labels_say()
    {
        var file = MindRecordSamples.PathOf("made_v3_lm/lm.mindrecord0");
        var expected = MindRecordSamples.Expected("made_v3_lm", "lm.mindrecord0");
        foreach (var (row, wanted) in MindRecordRows.Read(file).Zip(expected))
        {
            var sample = Assert.IsType<Pretokenized>(RowSchema.Parse(row.Json, out _));
            var (ids, labels, mask) = (Values("input_ids"), Values("labels"), Values("attention_mask"));
            var kept = Enumerable.Range(0, ids.Length).Where(i => mask[i] == 1).ToList();
            Assert.Equal(kept.Select(i => ids[i]), sample.Ids);
            Assert.Equal(kept.Select(i => labels[i] == -100 ? 0f : 1f), sample.LossWeights);

            int[] Values(string name) => [.. wanted["blob"]![name]!["values"]!.AsArray().Select(v => (int)v!)];
        }
    }

    [Fact]
    public void Text_rows_are_conversations()
    {
        var rows = MindRecordRows.Read(MindRecordSamples.PathOf("made_v3_text/alpaca.mindrecord")).ToList();
        var conversation = Assert.IsType<Conversation>(RowSchema.Parse(rows[1].Json, out _));
        Assert.Equal("🙂 line\nbreak \"q\"\nin 1", (string?)conversation.Messages[0]!["content"]);
        Assert.Equal("out 1 out 1 ", (string?)conversation.Messages[1]!["content"]);
    }

    [Theory]
    [InlineData("cut in the header", "the header should take")]
    [InlineData("cut in a page", "it is cut off")]
    [InlineData("version", "format 9.9 is not known")]
    [InlineData("no JSON", "the header is no JSON")]
    [InlineData("header size", "header_size is 16, the header takes")]
    [InlineData("row length", "claims 999999 bytes")]
    [InlineData("rows", "where row 80 should follow")]
    [InlineData("page twice", "page 0 is listed twice")]
    [InlineData("group", "row group 1 is not in exactly one blob page and one raw page")]
    [InlineData("fewer rows", "behind its last row")]
    [InlineData("empty", "does not begin with a MindRecord header")]
    public void Damage_is_named(string damage, string words)
    {
        var good = File.ReadAllBytes(MindRecordSamples.PathOf("made_v3_lm/lm.mindrecord0"));
        var bad = damage switch
        {
            "cut in the header" => good[..500],
            "cut in a page" => good[..^100],
            "version" => Changed("\"version\":\"3.0\"", "\"version\":\"9.9\""),
            "no JSON" => Changed("\"header_size\":", "\"header_size\"?"),
            "header size" => Changed("\"header_size\":16384", "\"header_size\":16   "),
            "rows" => Changed("\"start_row_id\":80", "\"start_row_id\":81"),
            "page twice" => Changed("\"page_id\":1", "\"page_id\":0"),
            "group" => Changed("{\"id\":1,\"offset\":1040}", "{\"id\":2,\"offset\":1040}"),
            "fewer rows" => Changed("\"end_row_id\":150", "\"end_row_id\":149"),
            "empty" => [],
            _ => good.ToArray(),
        };
        if (damage == "row length") BinaryPrimitives.WriteInt64LittleEndian(bad.AsSpan(16384), 999_999);
        var path = folder.PathOf("bad.mindrecord");
        File.WriteAllBytes(path, bad);
        var error = Assert.Throws<HoneException>(() =>
        {
            using var reader = MindRecordReader.Open(path);
            return reader.Rows().Count();
        });
        Assert.Contains(words, error.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Data, error.ExitCode);
        Assert.StartsWith(path, error.Where, StringComparison.Ordinal);
        Assert.NotNull(error.Fix);

        byte[] Changed(string from, string to)
        {
            var text = Encoding.Latin1.GetString(good);
            Assert.Contains(from, text, StringComparison.Ordinal);
            Assert.Equal(from.Length, to.Length);
            return Encoding.Latin1.GetBytes(text.Replace(from, to, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_index_in_place_of_the_data_is_recognised()
    {
        var error = Assert.Throws<HoneException>(() => MindRecordReader.Open(MindRecordSamples.PathOf("nlp/aclImdb.mindrecord00.db")));
        Assert.Contains("index", error.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_row_does_not_harm_the_others()
    {
        var bytes = File.ReadAllBytes(MindRecordSamples.PathOf("made_v3_text/alpaca.mindrecord"));
        var firstRaw = 16384 + (3 * 32768) + 8;
        bytes[firstRaw] = 0xC1;
        var path = folder.PathOf("bad.mindrecord");
        File.WriteAllBytes(path, bytes);
        var rows = MindRecordRows.Read(path).ToList();
        Assert.Equal(700, rows.Count);
        Assert.Equal($"MessagePack type 0xC1 is not used in MindRecord (byte {firstRaw - 8})", rows[0].Error);
        Assert.All(rows.Skip(1), row => Assert.Null(row.Error));
    }

    [Fact]
    public void Broken_bytes_never_throw_anything_but_an_error_for_people()
    {
        var random = new Random(7);
        var files = ((string[])["nlp", "old_version", "made_v3_lm", "made_v3_text"]).Select(set => File.ReadAllBytes(MindRecordSamples.Files(set)[0])).ToArray();
        var path = folder.PathOf("bad.mindrecord");
        var failures = 0;
        for (var i = 0; i < 600; i++)
        {
            var good = files[i % files.Length];
            var bad = i % 5 == 0 ? good[..random.Next(good.Length)] : good.ToArray();
            var header = (int)BinaryPrimitives.ReadInt64LittleEndian(good) + 8;
            for (var n = random.Next(1, 6); n > 0 && bad.Length > 0; n--)
            {
                // Most of a file is zeros between pages: aim at the header and at the pages.
                var at = random.Next(2) == 0 ? random.Next(header) : 16384 + random.Next(Math.Max(1, bad.Length - 16384));
                bad[Math.Min(at, bad.Length - 1)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(path, bad);
            try
            {
                foreach (var row in MindRecordRows.Read(path))
                {
                    if (row.Error is null) RowSchema.Parse(row.Json, out _);
                    else failures++;
                }
            }
            catch (HoneException e)
            {
                failures++;
                Assert.Equal(ExitCode.Data, e.ExitCode);
            }
        }

        Assert.True(failures > 300, $"only {failures} of the damaged files were noticed");
    }

    private static void AssertSame(JsonNode? wanted, JsonNode? found, string where)
    {
        // Through text: a number read from JSON and one made from a value compare by their digits.
        if (!JsonNode.DeepEquals(JsonNode.Parse(wanted!.ToJsonString()), JsonNode.Parse(found!.ToJsonString())))
            Assert.Fail($"{where}: {found.ToJsonString()} should be {wanted.ToJsonString()}");
    }
}

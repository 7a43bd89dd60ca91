using Hone.Data.Conversion;
using Hone.Data.Ledger;
using Hone.Data.MindRecord;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Conversion;

public sealed class FixedLengthFilesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("qwen2.5", "chatml", true, 1)]
    [InlineData("qwen2.5", "chatml", false, 3)]
    [InlineData("llama2", "llama-2-chat", true, 1)]
    [InlineData("llama2", "llama-2-chat", false, 1)]
    public void Rows_are_learned_as_if_they_had_not_been_converted(string tokenizer, string template, bool withMask, int files)
    {
        const int Length = 257;
        var data = Load(tokenizer, template, Length, SharedData.PathOf("datasets/alpaca_en_demo.json"));
        Assert.True(data.Samples.Count > 500 && data.Report.TooLong.Count > 0, "the length tells rows apart");
        var paths = FixedLengthFiles.Write(folder.PathOf("out.mindrecord"), data, new FixedLengthOptions(Length, 0, withMask, files));
        Assert.Equal(files, paths.Count);
        var rows = paths.SelectMany(MindRecordRows.Read).Select(r => Assert.IsType<Pretokenized>(RowSchema.Parse(r.Json, out _))).ToList();
        Assert.Equal(data.Samples.Count, rows.Count);
        foreach (var (sample, row) in data.Samples.Zip(rows))
        {
            // Without the mask a single token of padding stays, and unlearned repetitions at the end go: both are never learned from.
            var common = withMask ? sample.Ids.Length : Math.Min(sample.Ids.Length, row.Ids.Length);
            if (withMask) Assert.Equal(sample.Ids.Length, row.Ids.Length);
            Assert.InRange(row.Ids.Length, sample.Ids.Length - 2, sample.Ids.Length + 1);
            Assert.Equal(sample.Ids[..common], row.Ids[..common]);
            Assert.Equal(sample.LossWeights[..common], row.LossWeights[..common]);
            Assert.All(sample.LossWeights[common..].Concat(row.LossWeights[common..]), w => Assert.Equal(0, w));
        }
    }

    [Fact]
    public void Rows_have_one_length_and_are_padded_at_the_end()
    {
        var data = Loaded(new TokenizedSample([5, 6, 7], [0, 1, 1], 0), new TokenizedSample([8], [0], 1));
        FixedLengthFiles.Write(folder.PathOf("x.mindrecord"), data, new FixedLengthOptions(5, 99, WithMask: true));
        using var reader = MindRecordReader.Open(folder.PathOf("x.mindrecord"));
        var rows = reader.Rows().ToList();
        Assert.Equal([5, 6, 7, 99, 99], Values(rows[0], "input_ids"));
        Assert.Equal([-100, 6, 7, -100, -100], Values(rows[0], "labels"));
        Assert.Equal([1, 1, 1, 0, 0], Values(rows[0], "attention_mask"));
        Assert.Equal([8, 99, 99, 99, 99], Values(rows[1], "input_ids"));
        Assert.Equal([-100, -100, -100, -100, -100], Values(rows[1], "labels"));

        static int[] Values(IReadOnlyDictionary<string, object?> row, string name) => (int[])((MindRecordArray)row[name]!).Values;
    }

    [Fact]
    public void A_set_of_files_has_every_row_once_and_names_its_files()
    {
        var data = Loaded([.. Enumerable.Range(0, 25).Select(i => new TokenizedSample([i, i + 1], [0, 1], i))]);
        var paths = FixedLengthFiles.Write(folder.PathOf("x.mindrecord"), data, new FixedLengthOptions(2, 0, Files: 11));
        Assert.Equal(["x.mindrecord00", "x.mindrecord10"], [Path.GetFileName(paths[0]), Path.GetFileName(paths[^1])]);
        Assert.All(paths, path => Assert.True(File.Exists(path + ".db")));
        var ids = new List<int>();
        foreach (var path in paths)
        {
            using var reader = MindRecordReader.Open(path);
            Assert.Equal(paths.Select(Path.GetFileName), reader.Shards);
            ids.AddRange(reader.Rows().Select(r => ((int[])((MindRecordArray)r["input_ids"]!).Values)[0]));
        }

        Assert.Equal(Enumerable.Range(0, 25), ids);
    }

    [Fact]
    public void A_weight_that_labels_cannot_say_is_refused_with_its_row()
    {
        var error = Assert.Throws<HoneException>(() => FixedLengthFiles.Write(folder.PathOf("x.mindrecord"), Loaded(new TokenizedSample([1, 2], [0, 0.5f], 0)), new FixedLengthOptions(4, 0)));
        Assert.Contains("0.5", error.Message, StringComparison.Ordinal);
        Assert.Equal("rows.jsonl:1", error.Where);
    }

    private static LoadedDataset Load(string tokenizerName, string templateName, int maxLength, string rows)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizerName);
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.FromFile(SharedData.PathOf($"templates/{templateName}.jinja"), folder);
        return new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions { MaxLength = maxLength }).Load([(rows, null)]);
    }

    private static LoadedDataset Loaded(params TokenizedSample[] samples) => new(samples, [.. samples.Select((_, i) => new RowLocation("rows.jsonl", i + 1))], new DatasetReport
    {
        Rows = samples.Length,
        Samples = samples.Length,
        Tokens = 0,
        LearnedTokens = 0,
        LongestSample = 0,
        Rejected = Listing.Empty<RowError>(),
        TooLong = Listing.Empty<RowError>(),
        Truncated = Listing.Empty<RowError>(),
        TurnsWithoutEnd = 0,
    });
}

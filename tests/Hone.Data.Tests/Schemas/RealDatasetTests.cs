using Hone.Data.Rendering;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Schemas;

/// <summary>The reference data sets, whole: every row is used, or named with the reason why it is not.</summary>
public sealed class RealDatasetTests
{
    private const string NoAnswer = "the row has a question and no answer";
    private const string BadAnswer = "'label' is false";

    private static readonly Lazy<(Tokenizer Tokenizer, ChatTemplate Template)> s_model = new(() =>
    {
        var folder = SharedData.PathOf("tokenizers/qwen2.5");
        return (Tokenizer.Load(folder), ChatTemplate.FromFile(SharedData.PathOf("templates/qwen2.5.jinja"), folder));
    });

    [Theory]
    [InlineData("alpaca_5k.json", 5000, 0)]
    [InlineData("alpaca_en_demo.json", 999, 0)]
    [InlineData("alpaca_zh_demo.json", 1000, 0)]
    [InlineData("identity.json", 91, 0)]
    [InlineData("glaive_toolcall_en_demo.json", 300, 0)]
    [InlineData("glaive_toolcall_zh_demo.json", 300, 0)]
    [InlineData("kto_en_demo.json", 300, 150, BadAnswer)]
    [InlineData("v1_sft_demo.jsonl", 500, 0)]
    [InlineData("reason_tool_use_demo_50.jsonl", 50, 0)]
    [InlineData("c4_demo.jsonl", 300, 0)]
    [InlineData("seed_tasks.jsonl", 175, 175, NoAnswer)]
    [InlineData("sharegpt_dummy_conversation.json", 500, 0)]
    [InlineData("format_samples/alpaca.jsonl", 3, 0)]
    [InlineData("format_samples/chatml.jsonl", 3, 0)]
    [InlineData("format_samples/conversations.jsonl", 3, 0)]
    [InlineData("format_samples/sharegpt.jsonl", 3, 0)]
    [InlineData("format_samples/swift_multi.json", 3, 0)]
    [InlineData("format_samples/swift_multi.jsonl", 3, 0)]
    [InlineData("format_samples/swift_pre.jsonl", 3, 0)]
    [InlineData("format_samples/swift_single.jsonl", 3, 0)]
    [InlineData("format_samples/alpaca.csv", 3, 0)]
    [InlineData("format_samples/alpaca2.csv", 3, 0)]
    [InlineData("format_samples/swift_pre.csv", 3, 0)]
    [InlineData("format_samples/swift_single.csv", 3, 0)]
    [InlineData("wiki_demo.txt", 30, 0)]
    [InlineData("tinyshakespeare.txt", 32777, 0)]
    public void Every_row_is_accounted_for(string file, int rows, int rejected, string? reason = null)
    {
        var (tokenizer, template) = s_model.Value;
        var end = tokenizer.IdOf("<|im_end|>")!.Value;
        var loader = new DatasetLoader(tokenizer, template, [end], new DatasetOptions { ModelName = ["小黄", "Hone"], ModelAuthor = ["我们", "us"], EndId = end });
        // A file without a single row for training is an error that names the first one; beside another it is counted.
        var other = Path.Combine(SharedData.RepositoryRoot, "examples", "data", "rows", "messages.jsonl");

        var report = loader.Load([(SharedData.PathOf("datasets/" + file), null), (other, null)], cancellation: TestContext.Current.CancellationToken).Report;

        var reasons = report.Rejected.First.Select(r => r.ToString()).ToList();
        Assert.True(report.Rejected.Count == rejected, string.Join('\n', reasons.Take(5)));
        Assert.All(reasons, r => Assert.Contains(reason!, r, StringComparison.Ordinal));
        Assert.Equal(rows + 1, report.Rows);
        Assert.Equal(rows + 1 - rejected, report.Samples);
        Assert.Equal(0, report.TurnsWithoutEnd);
        Assert.Equal((report.Tokens, report.LearnedTokens), (report.Roles.Sum(r => r.Tokens), report.Roles.Sum(r => r.LearnedTokens)));
        Assert.All(report.Roles, r => Assert.Equal(r.Role is SegmentRole.Assistant or SegmentRole.Text, r.LearnedTokens > 0));
        Assert.Equal(report.Samples, report.Lengths.Samples);
    }

    [Fact]
    public void No_file_of_them_is_left_out()
    {
        var folder = SharedData.PathOf("datasets");
        var listed = typeof(RealDatasetTests).GetMethod(nameof(Every_row_is_accounted_for))!.GetCustomAttributes(typeof(InlineDataAttribute), false)
            .Select(a => (string)((InlineDataAttribute)a).Data[0]!).Order(StringComparer.Ordinal);
        var present = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/'))
            .Where(f => f is not "SOURCES.md" && !f.StartsWith("LICENSE", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
        Assert.Equal(present, listed);
    }
}

using System.Text.Json.Nodes;
using Hone.Data;
using Hone.Data.MindRecord;
using Hone.Data.Schemas;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Cli.Tests.Verbs;

public sealed class DataConvertTests : IDisposable
{
    private static readonly string Model = Path.Combine(SharedData.RepositoryRoot, "models", "hone-tiny");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Both_converters_of_the_guide_leave_what_is_learned_as_it_was(bool alpacaPrompt)
    {
        var alpaca = SharedData.PathOf("datasets/alpaca_zh_demo.json");
        var (conversations, output) = (folder.PathOf("sub/conversations.json"), folder.PathOf("sub/data.mindrecord"));
        Run("data", "convert", "--data_path", alpaca + "#40", "--output_path", conversations, "--alpaca_prompt", alpacaPrompt ? "true" : "false");
        Assert.Equal(40, JsonNode.Parse(File.ReadAllText(conversations))!.AsArray().Count);
        Run("data", "convert", "--input_glob", conversations, "--model_file", Path.Combine(Model, "tokenizer.json"), "--seq_length", "8192", "--output_file", output, "--attention_mask");

        var converted = MindRecordRows.Read(output).Select(r => Assert.IsType<Pretokenized>(RowSchema.Parse(r.Json, out _))).ToList();
        var tokenizer = Tokenizer.Load(Model);
        var direct = new DatasetLoader(tokenizer, ChatTemplate.FromModelFolder(Model), tokenizer.StopIds([]), new DatasetOptions())
            .Load([(alpaca, 40)], cancellation: TestContext.Current.CancellationToken).Samples;
        Assert.Equal(direct.Count, converted.Count);
        foreach (var (a, b) in direct.Zip(converted))
        {
            Assert.Equal(Learned(a.Ids, a.LossWeights), Learned(b.Ids, b.LossWeights));
            if (alpacaPrompt) Assert.True(b.Ids.Length > a.Ids.Length, "the prompt is longer");
            else Assert.Equal(a.Ids, b.Ids);
        }
    }

    [Fact]
    public void A_model_has_the_same_loss_on_the_converted_rows()
    {
        var rows = folder.PathOf("rows.json");
        Run("data", "convert", "--dataset", SharedData.PathOf("datasets/alpaca_zh_demo.json") + "#12", "--output", rows);
        string[] files = [folder.PathOf("x.mindrecord0"), folder.PathOf("x.mindrecord1")];
        Run("data", "convert", "--dataset", rows, "--model", Model, "--to", "mindrecord", "--output", folder.PathOf("x.mindrecord"), "--file_partition", "2");
        Assert.Equal(Loss(rows), Loss(files));

        string Loss(params string[] dataset)
        {
            var run = CommandLineRun.Of(["eval", "--model", Model, "--dataset", .. dataset, "--json"]);
            Assert.Equal(0, run.ExitCode);
            var report = JsonNode.Parse(run.Out)!;
            return $"{report["loss"]} over {report["counted_tokens"]} of {report["rows"]} rows";
        }
    }

    [Theory]
    [InlineData("x.mindrecord", "does not begin with a MindRecord header")]
    [InlineData("x.mindrecord0.db", "name the data file beside it")]
    public void A_file_with_the_name_and_not_the_content_is_named(string name, string words)
    {
        var run = CommandLineRun.Of(["eval", "--model", Model, "--dataset", folder.Write(name, "SQLite format 3")]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.Contains(name, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_report_counts_every_row()
    {
        var rows = folder.Write("rows.jsonl", string.Join('\n',
            """{"query": "short", "response": "yes"}""",
            $$"""{"query": "long", "response": "{{string.Concat(Enumerable.Repeat("many words ", 200))}}"}""",
            """{"query": 5, "response": "bad"}"""));
        string[] command = ["data", "convert", "--dataset", rows, "--model", Model, "--seq_length", "100", "--output", folder.PathOf("x.mindrecord"), "--json"];
        var strict = CommandLineRun.Of(command);
        Assert.Equal((int)ExitCode.Data, strict.ExitCode);
        Assert.Contains(rows + ":3", strict.Error, StringComparison.Ordinal);
        Assert.Equal([rows], Directory.GetFiles(folder.Path));

        var run = CommandLineRun.Of([.. command, "--strict", "false"]);
        Assert.Equal(0, run.ExitCode);
        var report = JsonNode.Parse(run.Out)!;
        Assert.Equal((3, 1, 101), ((int)report["rows"]!, (int)report["written"]!, (int)report["length"]!));
        Assert.Equal(rows + ":3", (string?)report["rejected"]![0]!["row"]);
        Assert.Equal(rows + ":2", (string?)report["too_long"]![0]!["row"]);
        using var reader = MindRecordReader.Open(folder.PathOf("x.mindrecord"));
        Assert.Equal(101, ((MindRecordArray)reader.Rows().Single()["labels"]!).Values.Length);
    }

    [Theory]
    [InlineData("own_names.jsonl", "Name a city.", "Graz.", "--columns", "frage=query", "antwort=response")]
    [InlineData("described.jsonl", "Open today?", "Until six.")] // dataset_info.json beside it says how
    public void Columns_with_names_of_their_own_are_converted(string example, string question, string answer, params string[] more)
    {
        var rows = Path.Combine(SharedData.RepositoryRoot, "examples", "data", "rows", example);
        Run(["data", "convert", "--dataset", rows, "--output", folder.PathOf("rows.json"), .. more]);
        var texts = JsonNode.Parse(File.ReadAllText(folder.PathOf("rows.json")))![0]!["conversations"]!.AsArray().Select(m => (string)m!["value"]!);
        Assert.Equal([question, answer], texts.TakeLast(2));

        Run(["data", "convert", "--dataset", rows, "--model", Model, "--seq_length", "100", "--output", folder.PathOf("x.mindrecord"), .. more]);
        using var reader = MindRecordReader.Open(folder.PathOf("x.mindrecord"));
        Assert.Equal(1, reader.RowCount);
    }

    [Theory]
    [InlineData("the model's own")]
    [InlineData("vicuna, named by --template", "--template", "vicuna")]
    public void The_template_is_said(string said, params string[] more)
    {
        var rows = folder.Write("rows.jsonl", """{"query": "a", "response": "b"}""");
        var run = CommandLineRun.Of(["data", "convert", "--dataset", rows, "--model", Model, "--seq_length", "100", "--output", folder.PathOf("x.mindrecord"), .. more]);
        Assert.Contains($"template    {said}\n", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("output is not set", "data", "convert", "--dataset", "ROWS")]
    [InlineData("model is not set", "data", "convert", "--dataset", "ROWS", "--output", "x.mindrecord")]
    [InlineData("dataset is not set", "data", "convert", "--output", "x.json")]
    [InlineData("1 rows can't be spread over 3 files", "data", "convert", "--dataset", "ROWS", "--model", "MODEL", "--output", "FOLDER/x.mindrecord", "--file_partition", "3")]
    public void What_is_missing_is_named(string message, params string[] arguments)
    {
        var rows = folder.Write("rows.jsonl", """{"query": "a", "response": "b"}""");
        var run = CommandLineRun.Of([.. arguments.Select(a => a.Replace("ROWS", rows, StringComparison.Ordinal).Replace("MODEL", Model, StringComparison.Ordinal).Replace("FOLDER", folder.Path, StringComparison.Ordinal))]);
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    private static void Run(params string[] arguments)
    {
        var run = CommandLineRun.Of(arguments);
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    private static IEnumerable<int> Learned(int[] ids, float[] weights) => ids.Where((_, i) => weights[i] > 0);
}

using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

public sealed class TokenizeTests
{
    public static TheoryData<string> Sets() =>
        [.. Directory.EnumerateFiles(SharedData.PathOf("golden/tokenizers"), "*.jsonl").Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => n != "with_special_tokens").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Sets))]
    public void Every_reference_text_has_its_ids_and_comes_back(string name)
    {
        var expected = File.ReadAllLines(SharedData.PathOf($"golden/tokenizers/{name}.jsonl"));
        // The vectors of these two were made by SentencePiece alone.
        string[] plain = name is "yi" or "stories260k" ? ["--plain_sentencepiece", "true"] : [];
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("tokenizers/" + name), .. plain], string.Join('\n', expected));
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
        var actual = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var (want, got) = (JsonNode.Parse(expected[i])!, JsonNode.Parse(actual[i])!);
            Assert.True(want["ids"]!.ToJsonString() == got["ids"]!.ToJsonString() && (string)want["decoded"]! == (string)got["decoded"]!, $"{expected[i]}\n{actual[i]}");
        }
    }

    [Fact]
    public void Special_tokens_are_added_when_asked_for()
    {
        var lines = File.ReadAllLines(SharedData.PathOf("golden/tokenizers/with_special_tokens.jsonl")).Where(l => l.Contains("\"llama2\"", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(lines);
        using var folder = new TemporaryFolder();
        var output = folder.PathOf("ids.jsonl");
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("tokenizers/llama2"), "--add_special_tokens", "true",
            "--input", folder.Write("texts.jsonl", string.Join('\n', lines)), "--output", output]);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Out);
        Assert.Equal(lines.Select(l => JsonNode.Parse(l)!["ids"]!.ToJsonString()), File.ReadLines(output).Select(l => JsonNode.Parse(l)!["ids"]!.ToJsonString()));
    }

    [Theory]
    [InlineData(false, "[2]", "[32001,15043]")]
    [InlineData(true, "[1533,29879,29958]", "[32001,15043]")]
    public void A_spelt_out_token_has_the_id_that_training_and_chat_use_unless_plain_pieces_are_asked_for(bool plain, string end, string added)
    {
        using var folder = new TemporaryFolder();
        File.Copy(SharedData.PathOf("tokenizers/llama2/tokenizer.model"), folder.PathOf("tokenizer.model"));
        folder.Write("tokenizer_config.json", """{"added_tokens_decoder": {"32001": {"content": "<|im_start|>", "special": true}}}""");
        var run = CommandLineRun.Of(["tokenize", "--model", folder.Path, "--plain_sentencepiece", plain ? "true" : "false"], "{\"text\": \"</s>\"}\n{\"text\": \"<|im_start|>Hello\"}");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal([end, added], run.Out.TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!["ids"]!.ToJsonString()));
    }

    [Theory]
    [InlineData("{\"text\": \"a\"}\n{\"text\": 3}", "The row has no text in 'text'.", 2)]
    [InlineData("\n[1]", "The line is no JSON object.", 2)]
    [InlineData("{\"text\": \"a\"", "The line is no JSON (column 13).", 1)]
    [InlineData("{\"text\": \"\\ud800\"}", "The row holds text that is not valid Unicode.", 1)]
    [InlineData("{\"text\": \"a\", \"text\": \"b\"}", "The line is no JSON (column", 1)]
    public void A_bad_row_is_named(string input, string message, int row)
    {
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("tokenizers/gpt2")], input);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains($"error: {message}", run.Error, StringComparison.Ordinal);
        Assert.Contains($"where: standard input:{row}\n", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_run_leaves_the_old_output_alone()
    {
        using var folder = new TemporaryFolder();
        var output = folder.Write("out.jsonl", "before");
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("tokenizers/gpt2"), "--output", output], "{\"text\": \"a\"}\nnonsense");
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Equal("before", File.ReadAllText(output));
        Assert.Equal([output], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_named()
    {
        using var folder = new TemporaryFolder();
        var input = folder.PathOf("bad.jsonl");
        File.WriteAllBytes(input, [.. "{\"text\": \"a\"}\n{\"text\": \""u8, 0xFF, .. "\"}"u8]);
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("tokenizers/gpt2"), "--input", input]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains("not UTF-8", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_a_model_error()
    {
        var run = CommandLineRun.Of(["tokenize", "--model", SharedData.PathOf("golden/models/qwen2_tied/checkpoint")], "");
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("no tokenizer", run.Error, StringComparison.Ordinal);
    }
}

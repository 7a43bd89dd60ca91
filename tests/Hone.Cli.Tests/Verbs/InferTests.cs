using System.Text.Json.Nodes;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

/// <summary>The stories model with a template of our own on top: it chats nonsense, but always the same.</summary>
public sealed class InferTests : IDisposable
{
    private const string Template = "{% for m in messages %}{% if m['role'] == 'user' %}{{ m['content'] }}{% else %}{{ m['content'] + ' ' }}{% endif %}{% endfor %}";

    private static string StoriesFolder => SharedData.PathOf("models/stories260k/hf");

    private readonly TemporaryFolder folder = new();

    private string TemplateFile => folder.Write("template.jinja", Template);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_model_without_a_template_continues_the_text()
    {
        foreach (var row in File.ReadLines(SharedData.PathOf("golden/model/stories260k.jsonl")).Select(l => JsonNode.Parse(l)!).Where(r => (string)r["prompt"]! != ""))
        {
            var (prompt, text) = ((string)row["prompt"]!, (string)row["greedy_text"]!);
            if (!text.StartsWith(prompt, StringComparison.Ordinal)) continue;
            var run = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--prompt", prompt, "--max_new_tokens", $"{row["greedy_ids"]!.AsArray().Count}", "--stop_words", "<s>"]);
            Assert.Equal(0, run.ExitCode);
            Assert.Equal(text[prompt.Length..], run.Out[..^1]);
        }
    }

    [Fact]
    public void A_prompt_that_memory_does_not_hold_is_refused_as_such()
    {
        using var child = new HoneProcess(["infer", "--model", StoriesFolder, "--prompt", "Once"], ("HONE_AVAILABLE_MEMORY", "1KiB"));
        Assert.Equal((int)ExitCode.Memory, child.WaitForExit());
        Assert.Contains("needs ", child.Error, StringComparison.Ordinal);
        Assert.Contains(" KiB more and 0 B are free", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_allowance_limits_all_that_a_conversation_takes_and_what_was_answered_is_kept()
    {
        // The scratch takes about 640 KiB, a token 1.25 KiB: each growth alone is far below the allowance.
        using var child = new HoneProcess(["infer", "--model", StoriesFolder, "--prompt", "Once upon a time", "--max_new_tokens", "400", "--temperature", "2", "--json"],
            ("HONE_AVAILABLE_MEMORY", "800KiB"));
        Assert.Equal(0, child.WaitForExit());
        var answer = JsonNode.Parse(child.Out)!;
        Assert.Equal("length", (string?)answer["finish_reason"]);
        Assert.InRange((int)answer["tokens"]!, 20, 130);
        Assert.NotEqual("", (string?)answer["response"]);
        Assert.Contains("memory ended within the answer", child.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_piped_chat_prints_one_answer_a_line_and_leaves_at_the_end_of_input()
    {
        var run = Infer("\nOnce upon a time\n\nLily saw\n/clear\nOnce upon a time\n", "--max_new_tokens", "8");
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        var lines = run.Out.TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Equal(lines[0], lines[3]); // after /clear the conversation starts anew
        Assert.Equal("The conversation starts anew.", lines[2]);
    }

    [Fact]
    public void A_rows_own_template_arguments_count()
    {
        var template = folder.Write("ending.jinja", "{% for m in messages %}{{ m['content'] }}{% endfor %}{{ ending }}");
        var rows = folder.Write("rows.jsonl", "{\"query\":\"Once\",\"chat_template_kwargs\":{\"ending\":\" upon a time\"}}\n{\"query\":\"Once\"}\n");
        string[] infer = ["infer", "--model", StoriesFolder, "--template", template, "--max_new_tokens", "8"];
        var answers = CommandLineRun.Of([.. infer, "--val_dataset", rows]).Out.TrimEnd('\n').Split('\n').Select(l => (string?)JsonNode.Parse(l)!["response"]).ToList();
        var whole = CommandLineRun.Of([.. infer, "--prompt", "Once upon a time"]).Out[..^1];
        var once = CommandLineRun.Of([.. infer, "--prompt", "Once"]).Out[..^1];
        Assert.NotEqual(whole, once);
        Assert.Equal([whole, once], answers);
    }

    [Fact]
    public void A_row_that_does_not_fit_gets_an_error_and_the_others_their_answers()
    {
        var rows = folder.Write("rows.jsonl", "{\"query\":\"" + string.Join(' ', Enumerable.Repeat("story", 60)) + "\"}\n{\"query\":\"Once\"}\n");
        var run = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--template", TemplateFile, "--max_length", "40", "--max_new_tokens", "4", "--val_dataset", rows]);
        Assert.Equal(0, run.ExitCode);
        var answers = run.Out.TrimEnd('\n').Split('\n').Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal("error", (string?)answers[0]["finish_reason"]);
        Assert.Contains("the context holds 40", (string?)answers[0]["error"], StringComparison.Ordinal);
        Assert.Equal("length", (string?)answers[1]["finish_reason"]);
    }

    [Fact]
    public void Exit_leaves_before_the_end_of_input()
    {
        var run = Infer("/help\n/exit\nOnce upon a time\n", "--max_new_tokens", "4");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("/clear", run.Out, StringComparison.Ordinal);
        Assert.Equal(3, run.Out.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public void At_a_terminal_the_first_answer_shows_its_speed_and_a_failed_question_does_not_end_the_chat()
    {
        var tooLong = string.Join(' ', Enumerable.Repeat("story", 600));
        var run = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--template", TemplateFile, "--max_new_tokens", "4"], $"Once\n{tooLong}\nOnce\n/exit\n", isTerminal: true);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the context holds 512", run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Out.Split("tokens/s").Length - 1);
        Assert.Equal(4, run.Out.Split("> ").Length - 1);
    }

    [Fact]
    public void An_answer_ends_before_a_stop_word()
    {
        var whole = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--prompt", "Once upon a time", "--max_new_tokens", "30"]).Out.TrimEnd('\n');
        Assert.Contains(" was ", whole, StringComparison.Ordinal);
        var run = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--prompt", "Once upon a time", "--max_new_tokens", "30", "--stop_words", " was ", "zebra", "--json"]);
        var answer = JsonNode.Parse(run.Out)!;
        Assert.Equal(whole[..whole.IndexOf(" was ", StringComparison.Ordinal)], (string?)answer["response"]);
        Assert.Equal("stop", (string?)answer["finish_reason"]);
    }

    [Fact]
    public void Drawing_depends_on_the_seed_alone()
    {
        string Draw(string seed) => CommandLineRun.Of(["infer", "--model", StoriesFolder, "--prompt", "Once", "--max_new_tokens", "20", "--temperature", "1", "--seed", seed]).Out;
        Assert.Equal(Draw("1"), Draw("1"));
        Assert.NotEqual(Draw("1"), Draw("2"));
    }

    [Fact]
    public void Rows_are_answered_in_order_with_their_other_fields_and_reference()
    {
        var rows = folder.Write("rows.jsonl", """
            {"messages": [{"role": "user", "content": "Once upon a time"}, {"role": "assistant", "content": "the reference"}], "answer_key": "x", "category": "c", "language": "en"}
            {"query": "Lily saw", "id": 7}
            {"query": "The cat", "response": "sat", "history": [["a", "b"]]}
            """);
        var result = folder.PathOf("result.jsonl");
        string[] arguments = ["infer", "--model", StoriesFolder, "--template", TemplateFile, "--val_dataset", rows, "--result_path", result, "--max_new_tokens", "6"];
        var run = CommandLineRun.Of(arguments);
        Assert.Empty(run.Error);
        Assert.Equal(0, run.ExitCode);
        var lines = File.ReadAllLines(result).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        Assert.Equal(3, lines.Count);
        Assert.Equal(["the reference", null, "sat"], lines.Select(l => (string?)l["labels"]));
        Assert.Equal(("x", "c", "en"), ((string?)lines[0]["answer_key"], (string?)lines[0]["category"], (string?)lines[0]["language"]));
        Assert.Equal(7, (int)lines[1]["id"]!);

        // The reference answer must not reach the model.
        var alone = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--template", TemplateFile, "--prompt", "Once upon a time", "--max_new_tokens", "6"]);
        Assert.Equal(alone.Out.TrimEnd('\n'), (string?)lines[0]["response"]);

        var again = CommandLineRun.Of(arguments);
        Assert.Equal((int)ExitCode.Usage, again.ExitCode);
        Assert.Contains("exists already", again.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_cannot_be_asked_is_named_before_anything_is_written()
    {
        var rows = folder.Write("rows.jsonl", "{\"query\": \"a\"}\n{\"messages\": [{\"role\": \"assistant\", \"content\": \"x\"}]}");
        var result = folder.PathOf("result.jsonl");
        var run = CommandLineRun.Of(["infer", "--model", StoriesFolder, "--template", TemplateFile, "--val_dataset", rows, "--result_path", result]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains($"{rows}:2", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(result));
    }

    [Fact]
    public void A_model_without_tokenizer_or_with_a_foreign_one_is_refused()
    {
        var none = CommandLineRun.Of(["infer", "--model", SharedData.PathOf("golden/models/qwen2_tied/checkpoint"), "--prompt", "a"]);
        Assert.Equal((int)ExitCode.Model, none.ExitCode);
        Assert.Contains("no tokenizer", none.Error, StringComparison.Ordinal);

        foreach (var file in Directory.GetFiles(SharedData.PathOf("golden/models/qwen2_tied/checkpoint"))) File.Copy(file, folder.PathOf(Path.GetFileName(file)));
        File.Copy(SharedData.PathOf("tokenizers/gpt2/tokenizer.json"), folder.PathOf("tokenizer.json"));
        var foreign = CommandLineRun.Of(["infer", "--model", folder.Path, "--prompt", "a"]);
        Assert.Equal((int)ExitCode.Model, foreign.ExitCode);
        Assert.Contains("50257", foreign.Error, StringComparison.Ordinal);
    }

    private CommandLineRun Infer(string input, params string[] more) =>
        CommandLineRun.Of(["infer", "--model", StoriesFolder, "--template", TemplateFile, .. more], input);
}

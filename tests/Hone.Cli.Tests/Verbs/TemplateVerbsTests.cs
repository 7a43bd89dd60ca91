using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Cli.Tests.Verbs;

public sealed class TemplateVerbsTests : IDisposable
{
    /// <summary>Inference would begin the answer with text that the rows don't have.</summary>
    private const string Unproven = "{% for m in messages %}{{ m.role }}:{{ m.content }}{{ eos_token }}{% endfor %}{% if add_generation_prompt %}assistant:Well, {% endif %}";

    private static readonly string s_tiny = Path.Combine(SharedData.RepositoryRoot, "models/hone-tiny");

    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void The_list_has_every_name_with_what_it_is_for()
    {
        var run = CommandLineRun.Of(["template", "list"]);
        Assert.Equal(0, run.ExitCode);
        Assert.All(NamedTemplates.All, t => Assert.Matches($@"(?m)^\s*{t.Name}\s", run.Out));
        var json = JsonNode.Parse(CommandLineRun.Of(["template", "list", "--json"]).Out)!["templates"]!.AsArray();

        // What another test registers in this process at the same time comes behind them.
        Assert.Equal(NamedTemplates.All.Select(t => (t.Name, string.Join(' ', t.Aliases), t.About)),
            json.Take(NamedTemplates.All.Count).Select(t => ((string)t!["name"]!, string.Join(' ', t["aliases"]!.AsArray().Select(a => (string)a!)), (string)t["about"]!)));
    }

    [Fact]
    public void A_template_is_shown_as_it_can_be_given_again()
    {
        Assert.Equal(NamedTemplates.Get("qwen").Source, CommandLineRun.Of(["template", "show", "qwen2"]).Out);
        Assert.Equal(CommandLineRun.Of(["template", "show", "--template", "qwen"]).Out, CommandLineRun.Of(["template", "show", "QWEN"]).Out);
        Assert.Equal(ChatTemplate.FromModelFolder(s_tiny)!.Source, CommandLineRun.Of(["template", "show", "--model", s_tiny]).Out);
        Assert.Equal(NamedTemplates.Get("gemma").Source, (string?)JsonNode.Parse(CommandLineRun.Of(["template", "show", "gemma2", "--json"]).Out)!["template"]);
    }

    [Theory]
    [InlineData("neither template nor model", "template", "show")]
    [InlineData("belongs to no setting", "template", "show", "chatml", "vicuna")]
    [InlineData("Did you mean chatml?", "template", "show", "chatmll")]
    [InlineData("belongs to no setting", "template", "list", "chatml")]
    public void Wrong_words_are_refused(string message, params string[] arguments)
    {
        var run = CommandLineRun.Of(arguments);
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proven_template_passes_and_the_table_says_so()
    {
        var run = CommandLineRun.Of(["template", "check", "--model", s_tiny]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("the model's own", run.Out, StringComparison.Ordinal);
        Assert.Contains("12 of 15 conversations; 0 failed, 3 refused", run.Out, StringComparison.Ordinal);
        var rows = CommandLineRun.Of(["template", "check", "--model", s_tiny, "--template", "chatml", "--json", "--dataset", Path.Combine(SharedData.RepositoryRoot, "examples/chat_mix.jsonl") + "#20"]);
        Assert.Equal(0, rows.ExitCode);
        var json = JsonNode.Parse(rows.Out)!;
        Assert.Equal((20, 0, 0), ((int)json["proven"]!, (int)json["failed"]!, (int)json["refused"]!));
        Assert.All(json["conversations"]!.AsArray(), c => Assert.Null(c!["own_fault"]));
    }

    [Fact]
    public void Rows_are_understood_as_in_training()
    {
        var rows = model.Sub("own.jsonl");
        File.WriteAllText(rows, """{"frage": "q", "antwort": "r"}""");
        string[] arguments = ["template", "check", "--model", s_tiny, "--dataset", rows];
        Assert.Contains("no conversations", CommandLineRun.Of(arguments).Error, StringComparison.Ordinal);
        var plain = JsonNode.Parse(CommandLineRun.Of([.. arguments, "--columns", "frage=query", "antwort=response", "--json"]).Out)!;
        var system = JsonNode.Parse(CommandLineRun.Of([.. arguments, "--columns", "frage=query", "antwort=response", "--json", "--system", "Be brief."]).Out)!;
        Assert.True((int)plain["conversations"]![0]!["tokens"]! < (int)system["conversations"]![0]!["tokens"]!);

        File.WriteAllText(rows, """{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "r"}]}""");
        Assert.Equal(2, (int)JsonNode.Parse(CommandLineRun.Of([.. arguments, "--json"]).Out)!["conversations"]![0]!["answers"]!);
        Assert.Equal(1, (int)JsonNode.Parse(CommandLineRun.Of([.. arguments, "--loss_scale", "last_round", "--json"]).Out)!["conversations"]![0]!["answers"]!);
    }

    [Fact]
    public void What_is_not_proven_is_refused_in_training_unless_accepted()
    {
        var template = model.Sub("unproven.jinja");
        File.WriteAllText(template, Unproven);
        var check = CommandLineRun.Of(["template", "check", "--model", model.Model, "--template", template]);
        Assert.Equal((int)ExitCode.Data, check.ExitCode);
        Assert.Contains("inference begins it with 'Well, '", check.Out, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Data, CommandLineRun.Of(["template", "check", "--model", model.Model, "--template", template, "--dataset", model.Rows]).ExitCode);

        string[] sft = [.. model.Sft.Select(a => a == model.Template ? template : a), "--max_steps", "1"];
        var refused = CommandLineRun.Of(sft);
        Assert.Equal((int)ExitCode.Data, refused.ExitCode);
        foreach (var word in (string[])["'Well, '", "rows.jsonl:1", "--accept_unproven_template true", "hone template check"])
            Assert.Contains(word, refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(model.Output));
        Assert.Equal(0, CommandLineRun.Of([.. sft, "--force_template", "true"]).ExitCode);
    }

    [Fact]
    public void Rows_that_are_left_out_as_too_long_need_no_proof()
    {
        // Only the long row's answer begins with what inference would not write there.
        var template = model.Sub("long.jinja");
        File.WriteAllText(template, Unproven.Replace("Well, ", "{{ 'Well, ' if messages[0].content | length > 200 else '' }}", StringComparison.Ordinal));
        model.WriteRows([.. Enumerable.Range(1, 8).Select(TinyModel.Row), TinyModel.Row(9).Replace("Who is", "Who " + new string('o', 250) + " is", StringComparison.Ordinal)]);
        string[] check = ["template", "check", "--model", model.Model, "--template", template, "--dataset", model.Rows, "--json"];
        Assert.Equal((int)ExitCode.Data, CommandLineRun.Of(check).ExitCode);
        var run = CommandLineRun.Of([.. check, "--max_length", "96"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal((8, 0, 1), ((int)JsonNode.Parse(run.Out)!["proven"]!, (int)JsonNode.Parse(run.Out)!["failed"]!, (int)JsonNode.Parse(run.Out)!["too_long"]!));

        string[] sft = [.. model.Sft.Select(a => a == model.Template ? template : a), "--max_steps", "1"];
        Assert.Equal(0, CommandLineRun.Of(sft).ExitCode);
        Assert.Equal((int)ExitCode.Data, CommandLineRun.Of([.. sft, "--overwrite_output_dir", "true", "--truncation_strategy", "right"]).ExitCode);
    }

    [Fact]
    public void Rows_without_a_conversation_can_not_be_checked()
    {
        model.WriteRows("""{"text": "only text"}""");
        var run = CommandLineRun.Of(["template", "check", "--model", model.Model, "--dataset", model.Rows]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains("no conversations", run.Error, StringComparison.Ordinal);
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

/// <summary>What <c>hone data preview</c>, <c>stats</c> and <c>check</c> say is what is trained.</summary>
public sealed partial class DataLedgerTests : IDisposable
{
    private const string Hostile = "</p><script>alert(1)</script><img src=x onerror=alert(2)> & \"' \u001b[2J \u202Egnp.exe";

    private static readonly string Model = Path.Combine(SharedData.RepositoryRoot, "models", "hone-tiny");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_row_is_shown_with_every_token_and_who_learns_what()
    {
        var rows = Rows(Chat("Who are you?", "I am Honey.", "And you?", "Me too."), """{"query": "no answer"}""", Chat("Who are you?", "I am Honey.", "And you?", "Me too."));
        var report = Json("preview", rows, "--row", "1", "x.jsonl:2");
        Assert.Equal(2, report["shown"]!.AsArray().Count);
        var row = report["shown"]![0]!;
        var pieces = row["pieces"]!.AsArray();
        Assert.Equal("<|im_start|>user\nWho are you?<|im_end|>\n<|im_start|>assistant\nI am Honey.<|im_end|>\n<|im_start|>user\nAnd you?<|im_end|>\n<|im_start|>assistant\nMe too.<|im_end|>\n",
            string.Concat(pieces.Select(p => (string)p!["text"]!)));
        Assert.Equal("I am Honey.<|im_end|>Me too.<|im_end|>", string.Concat(pieces.Where(p => (double)p!["weight"]! > 0).Select(p => (string)p!["text"]!)));
        Assert.Equal("Who are you?And you?", string.Concat(pieces.Where(p => (string)p!["role"]! == "user").Select(p => (string)p!["text"]!)));
        Assert.Equal(row["ids"]!.AsArray().Count, pieces.Sum(p => (int)p!["tokens"]!));
        Assert.Equal(["learned", "learned"], row["end_tokens"]!.AsArray().Select(e => (string)e!));
        Assert.Equal("rejected", (string)report["shown"]![1]!["fate"]!);
        Assert.StartsWith("the row has a question and no answer", (string)report["shown"]![1]!["reason"]!, StringComparison.Ordinal);

        var summary = report["training"]!;
        Assert.Equal((3, 2), ((int)summary["rows"]!, (int)summary["samples"]!));
        Assert.Equal((4, 4), ((int)summary["answers"]!["learned"]!, (int)summary["answers"]!["with_end_token"]!));
        Assert.Equal(((string)summary["duplicates"]![0]!["row"]!, (string)summary["duplicates"]![0]!["equals"]!), (rows + ":3", rows + ":1"));
        Assert.Equal((long)summary["learned_tokens"]!, (long)summary["roles"]!["assistant"]!["learned_tokens"]!);
        Assert.Equal(2 * (int)row["learned"]!, (int)summary["learned_tokens"]!);
    }

    [Fact]
    public void Without_colour_marks_say_what_is_learned_and_what_is_cut()
    {
        var rows = Rows(Chat("Who are you?", "I am Honey, and this is a rather long answer about it."), Weighted(0.5f));
        var text = Run("preview", rows, "--max_length", "24", "--truncation_strategy", "right").Out;
        Assert.Matches(@"assistant\s+│ ⟦I am Honey, [^⟧]+⟧~[^~]+<\|im_end\|>~", text);
        Assert.Contains("⟦0.5×Half.<|im_end|>⟧", text, StringComparison.Ordinal);
        Assert.Contains("end token NOT learned", text, StringComparison.Ordinal);
        Assert.Contains("1 cut before it", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_strangers_can_neither_leave_the_page_nor_move_the_cursor()
    {
        var rows = Rows(Chat(Hostile, Hostile), new JsonObject { [Hostile] = 1, ["query"] = Hostile, ["response"] = Hostile, ["channel"] = Hostile }.ToJsonString(), "{\"" + "messages\": 5}");
        var html = folder.PathOf("page.html");
        var run = Run("preview", rows, "--html", html);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain('\u001b', run.Out);
        Assert.DoesNotContain('\u202E', run.Out);

        var page = File.ReadAllText(html);
        Assert.Contains("default-src 'none'", page, StringComparison.Ordinal);
        Assert.DoesNotContain("://", page, StringComparison.Ordinal);
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..];
        Assert.Contains("&lt;script&gt;", body, StringComparison.Ordinal);
        var rest = OwnTags().Replace(body, "");
        Assert.DoesNotContain('<', rest);
        Assert.DoesNotContain('"', rest);
        Assert.DoesNotContain('\u001b', page);
        Assert.DoesNotContain('\u202E', page);
    }

    [Fact]
    public void A_row_that_is_not_there_is_named()
    {
        var run = Run("preview", Rows(Chat("a", "b")), "--row", "7");
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains("There is no row 7", run.Error, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Usage, Run("preview", Rows(Chat("a", "b")), "--row", "seven").ExitCode);
    }

    [Fact]
    public void Figures_are_those_of_the_rows()
    {
        var report = Json("stats", SharedData.PathOf("datasets/alpaca_zh_demo.json") + "#300", "--max_length", "200");
        var set = report["training"]!;
        Assert.Equal(300, (int)set["rows"]!);
        Assert.True((int)set["samples"]! > 100);
        Assert.Equal((int)set["rows"]!, (int)set["samples"]! + set["too_long"]!.AsArray().Count);
        Assert.Equal((int)set["samples"]!, set["lengths"]!["histogram"]!.AsArray().Sum(r => (int)r!["rows"]!));
        Assert.InRange((int)set["lengths"]!["max"]!, (int)set["lengths"]!["p99"]!, 200);
        Assert.InRange((double)set["packing"]!["efficiency"]!, 0.9, 1);
        Assert.Equal((long)set["tokens"]!, set["roles"]!.AsObject().Sum(r => (long)r.Value!["tokens"]!));
    }

    [Fact]
    public void It_is_said_where_validation_rows_are_counted_with_the_others()
    {
        var rows = Rows([.. Enumerable.Range(1, 20).Select(i => Chat($"Question {i}", "An answer." + new string('!', i)))]);
        foreach (var verb in (string[])["stats", "check", "preview"])
        {
            Assert.True((bool)Json(verb, rows, "--split_dataset_ratio", "0.25")["training"]!["of_training_and_validation_rows"]!);
            Assert.False((bool)Json(verb, rows)["training"]!["of_training_and_validation_rows"]!);
        }

        var html = folder.PathOf("split.html");
        Assert.Equal(0, Run("preview", rows, "--split_dataset_ratio", "0.25", "--html", html).ExitCode);
        Assert.Contains("training and validation rows together", File.ReadAllText(html), StringComparison.Ordinal);
        Assert.Contains("training and validation rows together: the run holds 25.0 % of the rows used back", Run("stats", rows, "--split_dataset_ratio", "0.25").Out, StringComparison.Ordinal);
        string[] arguments = ["plan", "--model", Model, "--dataset", rows, "--split_dataset_ratio", "0.25"];
        var plan = JsonNode.Parse(CommandLineRun.Of([.. arguments, "--json"]).Out)!;
        Assert.Equal((15, 5, true), ((int)plan["samples"]!, (int)plan["validation_samples"]!, (bool)plan["of_training_and_validation_rows"]!));
        Assert.Equal((long)plan["tokens"]! + (long)plan["validation_tokens"]!, plan["roles"]!.AsObject().Sum(r => (long)r.Value!["tokens"]!));
        var text = new CommandLineRun(VerbList.All, arguments, width: 400).Out;
        Assert.Matches(@"training +15 rows.*\n +packing .*\n +validation +5 rows.*\n +together +20 rows read; of training and validation rows:", text);
    }

    [Fact]
    public void A_sound_data_set_passes_with_warnings_for_what_harms_nobody()
    {
        var report = Json("check", Rows(Chat("a", "b"), Chat("a", "b"), """{"query": "a", "response": "b", "tag": 1}"""));
        Assert.True((bool)report["ok"]!);
        Assert.Equal(["2 rows equal to an earlier one", "columns without a meaning here: tag"], report["warnings"]!.AsArray().Select(w => (string)w!));
    }

    [Theory]
    [InlineData("""{"query": "no answer"}""", null, "no answer")]
    [InlineData("""{"query": 5, "response": "b"}""", null, "'query'")]
    [InlineData("not json", null, "JSON")]
    [InlineData("""{"query": "a", "response": "b", "loss_scale": 0}""", null, "nothing in it is learned")]
    [InlineData("""{"query": "a", "response": "b"}""", "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% endgeneration %}{% else %}{{ m.content }};{% endif %}{% endfor %}", "without an end token")]
    [InlineData("""{"query": "sm", "response": "all"}""", "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}{% else %}{{ m.content }}{% endif %}{% endfor %}", "differ from those of the whole text")]
    public void A_row_that_would_be_trained_wrongly_fails_the_check(string row, string? template, string reason)
    {
        var rows = Rows(row, "{\"input_ids\": [5, 6, 7]}");
        string[] more = template is null ? [] : ["--template", folder.Write("t.jinja", template)];
        var run = Run("check", rows, [.. more, "--json"]);
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        var fault = JsonNode.Parse(run.Out)!["faults"]!.AsArray().Single()!;
        Assert.Equal(rows + ":1", (string)fault["row"]!);
        Assert.Contains(reason, (string)fault["reason"]!, StringComparison.Ordinal);
        Assert.Equal((int)ExitCode.Data, Run("check", rows, more).ExitCode);
    }

    [Fact]
    public void A_check_reports_rows_of_which_none_can_be_used()
    {
        var report = JsonNode.Parse(Run("check", Rows("""{"query": "no answer"}"""), "--json").Out)!;
        Assert.Equal((false, 1, 0), ((bool)report["ok"]!, (int)report["training"]!["rows"]!, (int)report["training"]!["samples"]!));
    }

    [Theory]
    [InlineData("x.csv", "query,response\n", 0)]
    [InlineData("x.jsonl", """{"query": "a question that is longer than eight tokens", "response": "and an answer"}""", 1)]
    public void A_check_of_which_no_row_is_left_fails(string name, string content, int tooLong)
    {
        var file = folder.Write(name, content);
        var run = Run("check", file, "--max_length", "8");
        Assert.Equal((int)ExitCode.Data, run.ExitCode);
        Assert.Contains("no row is left for training", run.Out, StringComparison.Ordinal);
        var report = JsonNode.Parse(Run("check", file, "--max_length", "8", "--json").Out)!;
        Assert.Equal((false, tooLong), ((bool)report["ok"]!, (int)report["training"]!["rows"]!));
    }

    [Fact]
    public void The_way_from_a_file_to_a_checked_data_set_is_as_the_guide_says()
    {
        var guide = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "data.md"));
        var table = guide.Split("```")[1].TrimStart('\r', '\n');
        Assert.StartsWith("Frage,Antwort", table, StringComparison.Ordinal);
        var first = Run("check", folder.Write("faq.csv", table));
        Assert.Equal((int)ExitCode.Data, first.ExitCode);
        foreach (var said in (string[])["faq.csv:2: no known columns among: Frage, Antwort", "faq.csv:4: the row has 1 field, the header has 2"])
        {
            Assert.Contains(said, guide, StringComparison.Ordinal);
            Assert.Contains(said, first.Out, StringComparison.Ordinal);
        }

        var mended = folder.Write("faq.csv", table.Replace("Brot?", "Brot?,Ja.", StringComparison.Ordinal));
        var second = Run("check", mended, "--columns", "Frage=query", "Antwort=response");
        Assert.Equal(0, second.ExitCode);
        Assert.Contains("All 3 rows can be trained on.", guide, StringComparison.Ordinal);
        Assert.Contains("All 3 rows can be trained on.", second.Out, StringComparison.Ordinal);
        var settings = folder.Write("run.yaml", $"model: {Model}\ndataset: faq.csv\ncolumns: [Frage=query, Antwort=response]\n");
        Assert.Equal(0, CommandLineRun.Of(["data", "check", settings]).ExitCode);
    }

    [Fact]
    public void A_check_counts_what_is_left_out()
    {
        Assert.Contains("\n1 row can be trained on.", Run("check", Rows(Chat("a", "b"))).Out, StringComparison.Ordinal);
        Assert.Contains("\nAll 2 rows can be trained on.", Run("check", Rows(Chat("a", "b"), Chat("c", "d"))).Out, StringComparison.Ordinal);
        Assert.Contains("\n1 of 2 rows can be trained on.", Run("check", Rows(Chat("a", "b"), Chat("a", new string('b', 4000)))).Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_does_not_learn_answers_without_an_end_unless_told_to()
    {
        var template = folder.Write("t.jinja", "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{% if 'endless' not in m.content %}<|im_end|>{% endif %}{% endgeneration %}{% else %}{{ m.content }};{% endif %}{% endfor %}");
        string[] plan = ["plan", "--model", Model, "--dataset", Rows([.. Enumerable.Repeat(Chat("a", "b"), 20), Chat("a", "endless")]), "--template", template];
        var strict = CommandLineRun.Of(plan);
        Assert.Equal((int)ExitCode.Data, strict.ExitCode);
        Assert.Contains("x.jsonl:21: the answer ends without an end token that is learned", strict.Error, StringComparison.Ordinal);
        Assert.Contains("--strict false", strict.Error, StringComparison.Ordinal);
        var loose = CommandLineRun.Of([.. plan, "--strict", "false"]);
        Assert.Equal(0, loose.ExitCode);
        Assert.Contains("21 learned, 20 of them with their end token, 1 without one", loose.Out, StringComparison.Ordinal);
        Assert.Contains("learned of  assistant", loose.Out, StringComparison.Ordinal);
    }

    private string Rows(params string[] rows) => folder.Write("x.jsonl", string.Join('\n', rows) + "\n");

    private static string Chat(params string[] texts) => new JsonObject
    {
        ["messages"] = new JsonArray([.. texts.Select((t, i) => (JsonNode)new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = t })]),
    }.ToJsonString();

    private static string Weighted(float weight)
    {
        var row = JsonNode.Parse(Chat("How much?", "Half."))!;
        row["messages"]![1]!["loss_scale"] = weight;
        return row.ToJsonString();
    }

    private static CommandLineRun Run(string verb, string rows, params string[] more) => CommandLineRun.Of(["data", verb, "--model", Model, "--dataset", rows, .. more]);

    private static JsonNode Json(string verb, string rows, params string[] more)
    {
        var run = Run(verb, rows, [.. more, "--json"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return JsonNode.Parse(run.Out)!;
    }

    /// <summary>The tags that the page writes itself, with no attribute but its own.</summary>
    [GeneratedRegex("</?(?:body|main|h1|h2|p|div|table|tr|th|td|b|i|s|u|ul|li|details|summary|article|header|span|html)(?: (?:class|title|style)=\"[A-Za-z0-9 ,.:%]*\")*>", RegexOptions.CultureInvariant)]
    private static partial Regex OwnTags();
}

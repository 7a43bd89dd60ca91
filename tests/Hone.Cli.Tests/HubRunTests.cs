using System.Text.RegularExpressions;
using Hone.Testing;

namespace Hone.Cli.Tests;

/// <summary>The program with models and data sets by id, against a local hub.</summary>
public sealed class HubRunTests : IDisposable
{
    private readonly LocalHub hub = new();
    private readonly TinyModel files = new();

    public HubRunTests()
    {
        foreach (var file in Directory.GetFiles(files.Model)) hub.Add("models/org/stories", Path.GetFileName(file), File.ReadAllBytes(file), file.EndsWith(".safetensors", StringComparison.Ordinal));
        hub.Add("datasets/org/cats", "train.jsonl", string.Join('\n', Enumerable.Range(1, 8).Select(TinyModel.Row)));
        hub.Add("datasets/org/cats", "test.jsonl", TinyModel.Row(9));
    }

    public void Dispose()
    {
        hub.Dispose();
        files.Dispose();
    }

    [Fact]
    public void Ids_work_from_training_to_chat_and_offline()
    {
        var trained = Run([], "sft", "--model", "org/stories", "--template", files.Template, "--dataset", "org/cats#6", "swift/self-cognition#4", "--model_name", "小磨", "Honey",
            "--model_author", "磨坊团队", "the Mill Team", "--output_dir", files.Output, "--max_length", "256", "--max_steps", "2", "--threads", "1", "--report_to", "none");
        Assert.True(trained.Code == 0, trained.Error);
        Assert.Contains("cats: 6 rows (" + hub.Server.Address.Authority, trained.Out, StringComparison.Ordinal);
        Assert.Contains("self-cognition: 4 rows (the self-cognition rows that come with Hone)", trained.Out, StringComparison.Ordinal);
        var run = Assert.Single(Directory.GetDirectories(Path.Combine(files.Output, "stories")));
        var arguments = File.ReadAllText(Path.Combine(run, "args.json"));
        Assert.Contains($"\"org/stories@{hub.Commit("models/org/stories")}\"", arguments, StringComparison.Ordinal);
        Assert.Contains($"\"hf::org/cats@{hub.Commit("datasets/org/cats")}#6\"", arguments, StringComparison.Ordinal);
        var adapter = Path.Combine(run, "checkpoint-2");
        Assert.Contains("\"base_model_name_or_path\": \"org/stories\"", File.ReadAllText(Path.Combine(adapter, "adapter_config.json")), StringComparison.Ordinal);

        var before = hub.Storage.Requests.Count;
        var answered = Run([], "infer", "--adapters", adapter, "--prompt", "Who?", "--max_new_tokens", "3");
        Assert.True(answered.Code == 0, answered.Error);
        Assert.Equal(before, hub.Storage.Requests.Count);

        hub.Dispose();
        var offline = Run([("HF_HUB_OFFLINE", "1")], "eval", "--model", "org/stories", "--adapters", adapter, "--dataset", "org/cats");
        Assert.True(offline.Code == 0, offline.Error);
        var missed = Run([("HF_HUB_OFFLINE", "1")], "eval", "--model", "org/stories", "--dataset", "org/cats:default:test");
        Assert.Equal((int)ExitCode.Data, missed.Code);
        Assert.Contains("'test.jsonl' is missing, and HF_HUB_OFFLINE is set", missed.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("org/stories@v1", "true", "org/stories@v1")]
    [InlineData("org/stories", "false", "ms::org/stories@v1")]
    public void The_next_commands_work_as_printed_and_an_adapter_knows_the_revision_of_its_model(string model, string useHf, string named)
    {
        var trained = Sft(model, files.Rows, files.Sub("out of 1"), "--use_hf", useHf, "--model_revision", "v1");
        Assert.True(trained.Code == 0, trained.Error);
        var adapter = Path.Combine(files.Sub("out of 1"), "checkpoint-1");
        Assert.Contains("\"revision\": \"v1\"", File.ReadAllText(Path.Combine(adapter, "adapter_config.json")), StringComparison.Ordinal);
        var next = trained.Out.Split('\n').Where(l => l.Contains("./hone ", StringComparison.Ordinal)).Select(Words).ToList();
        Assert.Equal(["infer", "merge-lora"], next.Select(words => words[0]));
        Assert.All(next, words => Assert.Contains(named, words));
        var answered = Run([], [.. next[0], "--prompt", "Who?", "--max_new_tokens", "2"]);
        Assert.True(answered.Code == 0, answered.Error);
        var merged = Run([], next[1]);
        Assert.True(merged.Code == 0, merged.Error);
        var again = Run([], [.. Words(merged.Out.Split('\n').Single(l => l.Contains("./hone ", StringComparison.Ordinal))), "--prompt", "Who?", "--max_new_tokens", "2"]);
        Assert.True(again.Code == 0, again.Error);

        hub.Server.Requests.Clear();
        var alone = Run([], "infer", "--adapters", adapter, "--use_hf", useHf, "--prompt", "Who?", "--max_new_tokens", "2");
        Assert.True(alone.Code == 0, alone.Error);
        Assert.Contains($"The adapter's base model is org/stories@v1 of {hub.Server.Address.Authority}, since no folder here", alone.Error, StringComparison.Ordinal);
        Assert.Contains(hub.Server.Requests, r => (r.Path + r.Query).Contains("v1", StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Server.Requests, r => r.Path.EndsWith("/main", StringComparison.Ordinal) || r.Query.Contains("master", StringComparison.Ordinal));

        var further = Sft(hub.Commit("models/org/stories") is var commit && useHf == "true" ? "org/stories@" + commit : "org/stories", files.Rows, files.Sub("further"), "--use_hf", useHf, "--adapters", adapter);
        Assert.True(further.Code == 0, further.Error);
        Assert.Contains(useHf == "true" ? $"\"revision\": \"{commit}\"" : "\"revision\": null", File.ReadAllText(files.Sub("further/checkpoint-1/adapter_config.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void An_adapter_whose_folder_of_a_base_is_not_here_names_itself_and_the_way_out()
    {
        Directory.CreateDirectory(files.Sub("adapter"));
        File.WriteAllText(files.Sub("adapter/adapter_config.json"), """{"peft_type":"LORA","r":4,"target_modules":["q_proj"],"base_model_name_or_path":"out/model"}""");
        foreach (var verb in (string[][])[["infer", "--prompt", "x"], ["template", "check"]])
        {
            var run = Run([], [.. verb, "--adapters", files.Sub("adapter")]);
            Assert.Equal((int)ExitCode.Model, run.Code);
            Assert.Contains("The adapter's base model is 'out/model'. There is no model out/model on", run.Error, StringComparison.Ordinal);
            Assert.Contains("where: " + files.Sub("adapter"), run.Error, StringComparison.Ordinal);
            Assert.Contains("with --model", run.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Weights_are_fetched_when_nothing_else_is_wrong()
    {
        File.WriteAllText(files.Sub("bad.jsonl"), TinyModel.Row(1) + "\n{\"text\": 1}\n");
        File.WriteAllText(files.Sub("file"), "in the way");
        Refused(ExitCode.Data, "bad.jsonl:2", Sft("org/stories", files.Sub("bad.jsonl"), files.Output));
        Refused(ExitCode.Data, "org/none", Sft("org/stories", "org/none", files.Output));
        Refused(ExitCode.Usage, "not empty", Sft("org/stories", files.Rows, files.Model));
        Refused(ExitCode.Usage, "a file is in its place", Sft("org/stories", files.Rows, files.Sub("file/out")));
        Refused(ExitCode.Data, "org/none", Run([], "eval", "--model", "org/stories", "--dataset", "org/none"));
        Refused(ExitCode.Data, "org/none", Run([], "infer", "--model", "org/stories", "--val_dataset", "org/none"));
        Refused(ExitCode.Usage, "exists already", Run([], "infer", "--model", "org/stories", "--val_dataset", files.Rows, "--result_path", files.Sub("file")));

        void Refused(ExitCode code, string words, (int Code, string Out, string Error) run)
        {
            Assert.True((int)code == run.Code, run.Error);
            Assert.Contains(words, run.Error, StringComparison.Ordinal);
            Assert.Empty(hub.Storage.Requests);
        }
    }

    [Fact]
    public void All_verbs_that_take_an_id_take_its_revision_and_the_hub()
    {
        hub.Add("models/org/stories", "chat_template.jinja", File.ReadAllText(files.Template));
        string[][] verbs =
        [
            ["tokenize", "--input", files.Rows], ["template", "show"], ["template", "render", "--input", files.Rows],
            ["data", "convert", "--dataset", files.Rows, "--output", files.Sub("rows.mindrecord")],
        ];
        foreach (var verb in verbs)
        {
            var run = Run([], [.. verb, "--model", "org/stories", "--model_revision", "nowhere", "--use_hf", "false"]);
            Assert.True((int)ExitCode.Model == run.Code, run.Error);
            Assert.Contains("There is no model org/stories at nowhere", run.Error, StringComparison.Ordinal);
            Assert.Contains("hf:: before the id", run.Error, StringComparison.Ordinal);
        }

        var shown = Run([], "template", "show", "--model", "org/stories", "--revision", "v1", "--use_hf", "false");
        Assert.Contains("m.content", shown.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupt_ends_a_download_and_the_next_run_goes_on_with_it()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var weights = File.ReadAllBytes(files.Weights);
        hub.InterfereWithStorage = request => LocalHub.Part(weights, request) with { Pause = TimeSpan.FromMinutes(5) };
        string[] arguments = ["sft", "--model", "org/stories", "--template", files.Template, "--dataset", files.Rows, "--output_dir", files.Output, "--max_length", "96",
            "--max_steps", "1", "--threads", "1", "--report_to", "none"];
        using (var child = new HoneProcess(arguments, Variables))
        {
            while (hub.Storage.Requests.IsEmpty || !Directory.EnumerateFiles(files.Sub("hf"), "*.incomplete", SearchOption.AllDirectories).Any(f => new FileInfo(f).Length > 100_000))
            {
                Assert.False(child.HasExited, child.Out + child.Error);
                Thread.Sleep(5);
            }

            child.Signal("TERM");
            Assert.Equal(Interruption.ExitCode, child.WaitForExit());
            Assert.Contains("training has not begun", child.Error, StringComparison.Ordinal);
        }

        var from = 0;
        hub.InterfereWithStorage = request =>
        {
            from = request.From;
            return null;
        };
        var run = Run([], arguments);
        Assert.True(run.Code == 0, run.Error);
        Assert.True(from > 0, "it began anew");
    }

    [Fact]
    public void A_plan_takes_no_weights_and_an_unknown_id_is_explained()
    {
        var planned = Run([], "plan", "--model", "org/stories", "--template", files.Template, "--dataset", files.Rows, "--threads", "1");
        Assert.True(planned.Code == 0, planned.Error);
        Assert.Empty(hub.Storage.Requests);
        var failed = Run([], "tokenize", "--model", "org/typo", "--input", files.Rows);
        Assert.Equal((int)ExitCode.Model, failed.Code);
        Assert.Contains("There is no model org/typo on", failed.Error, StringComparison.Ordinal);
        Assert.Contains("no file or folder of that name here", failed.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", failed.Error, StringComparison.Ordinal);
        Assert.Contains("an id on a hub is written org/name", Run([], "tokenize", "--model", "stories").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_example_can_be_read()
    {
        var settings = Hone.Settings.SettingsBinder.FromFile<Hone.Settings.SftSettings>(Path.Combine(SharedData.RepositoryRoot, "examples", "from_hub.yaml"));
        Assert.Equal(settings.Dataset.Count, settings.InterleaveProb.Count);
        Assert.Equal((HubSite.ModelScope, "AI-ModelScope/alpaca-gpt4-data-zh", 500), (DatasetReference.Parse(settings.Dataset[1]).Site, DatasetReference.Parse(settings.Dataset[1]).Path, DatasetReference.Parse(settings.Dataset[1]).Rows));
    }

    private (string, string)[] Variables =>
    [
        ("HF_ENDPOINT", hub.Server.Address.AbsoluteUri), ("HF_HOME", files.Sub("hf")), ("HF_HUB_OFFLINE", "0"), ("HF_TOKEN", ""),
        ("MODELSCOPE_DOMAIN", hub.Server.Address.AbsoluteUri), ("MODELSCOPE_CACHE", files.Sub("ms")),
    ];

    private (int Code, string Out, string Error) Sft(string model, string dataset, string output, params string[] more) => Run([],
        ["sft", "--model", model, "--template", files.Template, "--dataset", dataset, "--output_dir", output, "--add_version", "false",
            "--max_length", "96", "--max_steps", "1", "--threads", "1", "--report_to", "none", .. more]);

    /// <summary>The words of a command that is printed, as a shell reads them, without the program.</summary>
    private static string[] Words(string line) => [.. Regex.Matches(line, "'[^']*'|[^ ]+").Select(m => m.Value.Trim('\'')).Skip(1)];

    private (int Code, string Out, string Error) Run((string, string)[] more, params string[] arguments)
    {
        using var process = new HoneProcess(arguments, [.. Variables, .. more]);
        return (process.WaitForExit(), process.Out, process.Error);
    }
}

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
    }

    [Fact]
    public void The_example_can_be_read()
    {
        var settings = Hone.Settings.SettingsBinder.FromFile<Hone.Settings.SftSettings>(Path.Combine(SharedData.RepositoryRoot, "examples", "from_hub.yaml"));
        Assert.Equal(settings.Dataset.Count, settings.InterleaveProb.Count);
        Assert.Equal((HubSite.ModelScope, "AI-ModelScope/alpaca-gpt4-data-zh", 500), (DatasetReference.Parse(settings.Dataset[1]).Site, DatasetReference.Parse(settings.Dataset[1]).Path, DatasetReference.Parse(settings.Dataset[1]).Rows));
    }

    private (int Code, string Out, string Error) Run((string, string)[] more, params string[] arguments)
    {
        using var process = new HoneProcess(arguments, [("HF_ENDPOINT", hub.Server.Address.AbsoluteUri), ("HF_HOME", files.Sub("hf")), ("HF_HUB_OFFLINE", "0"), ("HF_TOKEN", ""), .. more]);
        return (process.WaitForExit(), process.Out, process.Error);
    }
}

using System.Text.Json.Nodes;
using Hone.Data;
using Hone.Data.Registration;
using Hone.Data.Sources;
using Hone.Models.Adapters;
using Hone.Settings;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Training;

namespace Hone.Cli.Tests.Verbs;

/// <summary>Templates, data sets and models by names of the user's own, from YAML and from a plug-in assembly that is built for real.</summary>
public sealed class RegistrationTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>examples/plugin, built beside this project in the same configuration.</summary>
    private static string Plugin => Path.Combine(SharedData.RepositoryRoot, "examples/plugin/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "ShopPlugin.dll");

    private static string Yaml => Path.Combine(SharedData.RepositoryRoot, "examples/register.yaml");

    private static string Tiny => Path.Combine(SharedData.RepositoryRoot, "models/hone-tiny");

    [Fact]
    public void The_example_in_YAML_trains_with_its_model_template_and_rows()
    {
        var output = folder.PathOf("out");
        var run = CommandLineRun.Of(["sft", "--custom_register_path", Yaml, "--model", "tiny", "--dataset", "own_names", "--max_steps", "1", "--output_dir", output,
            "--add_version", "false", "--report_to", "none", "--strict", "false", "--threads", "1"]);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Contains("plain_chat, named by --template", run.Out, StringComparison.Ordinal);
        Assert.Contains("q_proj", run.Out, StringComparison.Ordinal);
        Assert.Matches(@"training +\d+ rows", run.Out);
        var template = File.ReadAllText(Path.Combine(output, "last", "chat_template.jinja"));
        Assert.Contains("message.role + ':'", template, StringComparison.Ordinal);
        Assert.Equal(2, PeftConfig.Load(Path.Combine(output, "last")).ToJson().Split("_proj").Length - 1);

        // What was registered stays usable without the file: the adapter has its template.
        var eval = CommandLineRun.Of(["eval", "--model", Tiny, "--adapters", Path.Combine(output, "last"), "--dataset", Path.Combine(SharedData.RepositoryRoot, "examples/chat_mix.jsonl#4"), "--json"]);
        Assert.Equal("the one saved with the adapter", (string?)JsonNode.Parse(eval.Out)!["template"]);

        // And args.json repeats the run.
        var again = CommandLineRun.Of(["sft", Path.Combine(output, "args.json"), "--output_dir", folder.PathOf("again")]);
        Assert.True(again.ExitCode == 0, again.Error);
    }

    [Fact]
    public void The_example_plug_in_registers_from_code()
    {
        Assert.True(File.Exists(Plugin), Plugin);
        var list = CommandLineRun.Of(["template", "list", "--external_plugins", Plugin]);
        Assert.Contains("the example of a plug-in", list.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("the example of a plug-in", CommandLineRun.Of(["template", "list"]).Out, StringComparison.Ordinal);
        var shown = CommandLineRun.Of(["template", "show", "shop_chat", "--external_plugins", Plugin]);
        Assert.Contains("You work in a shop.", shown.Out, StringComparison.Ordinal);

        var registry = Registry.Load([], [Plugin]);
        var sums = new DatasetSources(registered: registry).Open(["sums#3"]).Read(new DatasetOptions { SampleAtRandom = false }).Select(r => (string)JsonNode.Parse(r.Json.GetRawText())!["response"]!);
        Assert.Equal(["0 + 0 = 0.", "1 + 7 = 8.", "2 + 14 = 16."], sums);
    }

    [Fact]
    public void A_plug_ins_rows_are_trained_on_and_a_row_that_it_can_not_convert_is_named()
    {
        var orders = folder.Write("orders.jsonl", "{\"customer\": \"Ann\", \"goods\": \"plums\", \"count\": 3}\n{\"customer\": \"Bo\", \"goods\": \"nuts\", \"count\": 4}\n");
        var registry = new Registry();
        registry.Add(new RegisteredDataset("orders") { Files = [orders], Convert = row => (string?)row["customer"] == "Bo" ? throw new InvalidOperationException("Bo is unknown") : new JsonObject { ["query"] = "q", ["response"] = $"{row["count"]}" } });
        registry.Add(new RegisteredDataset("broken") { Rows = Broken });
        var rows = new DatasetSources(registered: registry).Open(["orders"]).Read(new DatasetOptions()).ToList();
        Assert.Equal("""{"query":"q","response":"3"}""", rows[0].Json.GetRawText());
        Assert.Equal("the plug-in can't convert it: Bo is unknown", rows[1].Error);
        var e = Assert.Throws<HoneException>(() => new DatasetSources(registered: registry).Open(["broken"]).Read(new DatasetOptions()).ToList());
        Assert.Equal((ExitCode.Data, "broken:2"), (e.ExitCode, e.Where));

        static IEnumerable<JsonObject> Broken()
        {
            yield return [];
            throw new FormatException("no more");
        }
    }

    [Fact]
    public void A_program_registers_without_files_and_assemblies()
    {
        Registrations.OfProcess.Add(NamedTemplates.FromFields("of_process", [], "a test", new JsonObject { ["is"] = "chatml", ["default_system"] = "In process." }));
        Registrations.OfProcess.Add(new RegisteredDataset("of_process") { Rows = () => [new JsonObject { ["query"] = "q", ["response"] = "r" }] });
        Registrations.OfProcess.Add(new RegisteredModel("of_process", Tiny) { Template = "of_process" });
        using var session = TrainingSession.Prepare(new SftSettings { Model = "of_process", Dataset = ["of_process"] }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal("of_process", session.Template.Template.Name);
        Assert.Equal(1, session.Train.Report.Samples);
    }

    [Fact]
    public void Texts_that_code_makes_need_a_tokenizer_and_ids_do_not()
    {
        using var model = new TinyModel();
        foreach (var file in Directory.GetFiles(model.Model, "*token*")) File.Delete(file);
        Registrations.OfProcess.Add(new RegisteredDataset("made_ids") { Rows = () => [new JsonObject { ["input_ids"] = new JsonArray(1, 2, 3) }] });
        Registrations.OfProcess.Add(new RegisteredDataset("made_text") { Rows = () => [new JsonObject { ["text"] = "one" }] });
        var settings = new SftSettings { Model = model.Model, Dataset = ["made_ids"] };
        using (var session = TrainingSession.Prepare(settings, cancellation: TestContext.Current.CancellationToken)) Assert.Equal(1, session.Train.Report.Samples);
        var e = Assert.Throws<HoneException>(() => TrainingSession.Prepare(settings with { Dataset = ["made_ids", "made_text"] }, cancellation: TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Equal("The model folder has no tokenizer, and the rows of made_text are text.", e.Message);
    }

    [Theory]
    [InlineData("templates: [{name: a, is: chatml, default_sistem: x}]", "no field 'default_sistem'", "default_system")]
    [InlineData("templates: [{name: a, is: chatmll}]", "'chatmll' is none", "chatml")]
    [InlineData("templates: [{name: qwen, is: chatml}]", "taken by another template", "Choose another name")]
    [InlineData("templates: [{name: a, jinja: '{% if %}'}]", "syntax error", "Correct the template")]
    [InlineData("templates: [{name: a, file: nowhere.jinja}]", "no file or folder 'nowhere.jinja'", "docs/registration.md")]
    [InlineData("datasets: [{name: a}]", "names no paths", "docs/registration.md")]
    [InlineData("datasets: [{name: a, paths: nowhere.jsonl}]", "no file or folder 'nowhere.jsonl'", "docs/registration.md")]
    [InlineData("datasets: [{name: a, path: x}]", "has 'path'", "paths")]
    [InlineData("datasets: [{name: a/b, paths: .}]", "is no name", "letters")]
    [InlineData("datasets: [{name: a, paths: ., columns: {x: nothing}}]", "'nothing'", "use one of")]
    [InlineData("datasets: [{name: a, paths: ., sample: 0}]", "number of rows", "docs/registration.md")]
    [InlineData("models: [{name: a, model: ., template: [b]}]", "'template' must be a text", "docs/registration.md")]
    [InlineData("model: [{name: a}]", "has 'model'", "models")]
    [InlineData("models: {a: b}", "must be a list", "- name")]
    [InlineData("models: [{modell: b}]", "has no name", "- name")]
    [InlineData("models: [&x {name: a, model: .}, *x]", "aliases are not read", "docs/registration.md")]
    [InlineData("models: !!python/object:os.system [x]", "tags are not read", "docs/registration.md")]
    [InlineData("models: [{name: a, name: b}]", "stands twice", "docs/registration.md")]
    [InlineData("models: [", "not valid YAML", "quote")]
    public void What_is_wrong_with_a_file_is_said(string yaml, string what, string fix)
    {
        var run = CommandLineRun.Of(["template", "list", "--register_path", folder.Write("r.yaml", yaml)]);
        Assert.True(run.ExitCode is (int)ExitCode.Usage or (int)ExitCode.Model, run.Out + run.Error);
        Assert.Contains(what, run.Error, StringComparison.Ordinal);
        Assert.Contains(fix, run.Error, StringComparison.Ordinal);
        Assert.Contains("r.yaml", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_plug_in_is_refused_in_words()
    {
        Refused(["template", "list", "--external_plugins", folder.Write("a.dll", "not an assembly")], "no .NET assembly");
        Refused(["template", "list", "--external_plugins", typeof(Application).Assembly.Location], "has no plug-in");
        Refused(["template", "list", "--external_plugins", typeof(FailingPlugin).Assembly.Location], "FailingPlugin: NotSupportedException: on purpose");
        Refused(["template", "list", "--register_path", Plugin], "--external_plugins");
        Refused(["template", "list", "--external_plugins", folder.PathOf("nowhere.dll")], "no file or folder");
        Refused(["template", "show", "shop", "--external_plugins", Plugin, Plugin], "taken by another template");
    }

    [Theory]
    [InlineData("--model", "tini", "Did you mean tiny?")]
    [InlineData("--dataset", "own_name", "Did you mean own_names?")]
    [InlineData("--template", "plain_chatt", "Did you mean plain_chat?")]
    public void A_mistyped_name_of_ones_own_is_recognised(string setting, string name, string fix)
    {
        string[] arguments = ["sft", "--custom_register_path", Yaml, "--model", "tiny", "--dataset", "own_names", "--template", "plain", "--output_dir", folder.PathOf("out")];
        arguments[Array.IndexOf(arguments, setting) + 1] = name;
        Refused(arguments, fix);
    }

    private static void Refused(string[] arguments, string words)
    {
        var run = CommandLineRun.Of(arguments);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains(words, run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sorry", run.Error, StringComparison.Ordinal);
    }
}

/// <summary>A plug-in that fails, for this assembly as a plug-in.</summary>
public sealed class FailingPlugin : IHonePlugin
{
    public void Register(IRegistry registry) => throw new NotSupportedException("on purpose");
}

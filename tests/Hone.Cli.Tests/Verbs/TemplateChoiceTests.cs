using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Text.Templates;

namespace Hone.Cli.Tests.Verbs;

/// <summary>One template for training, evaluation, chat and the merged model.</summary>
public sealed class TemplateChoiceTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Theory]
    [InlineData("default", "default: the model has none")]
    [InlineData("vicuna", "vicuna, named by --template")]
    public void An_adapter_carries_the_template_that_it_was_trained_with(string name, string explanation)
    {
        var trained = Train(name == "default" ? [] : ["--template", name]);
        Assert.Contains(explanation, trained.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("--template", trained.Out[trained.Out.IndexOf("Next", StringComparison.Ordinal)..], StringComparison.Ordinal);
        var adapter = Path.Combine(model.Output, "last");
        Assert.Equal(NamedTemplates.Get(name).Source, File.ReadAllText(Path.Combine(adapter, "chat_template.jinja")));

        var beside = Evaluate("--model", model.Model, "--adapters", adapter);
        Assert.Equal("the one saved with the adapter", (string?)beside["template"]);
        var named = Evaluate("--model", model.Model, "--adapters", adapter, "--template", name);
        Assert.Equal((double)named["loss"]!, (double)beside["loss"]!);
        Assert.NotEqual((double)named["loss"]!, (double)Evaluate("--model", model.Model, "--adapters", adapter, "--template", "zephyr")["loss"]!);

        var merged = model.Sub("merged");
        Assert.Equal(0, CommandLineRun.Of(["merge-lora", "--model", model.Model, "--adapters", adapter, "--output_dir", merged]).ExitCode);
        var alone = Evaluate("--model", merged);
        Assert.Equal("the model's own", (string?)alone["template"]);
        // Both round the merged or added products once more or less often; losses of this model agree to about 1e-6.
        Assert.Equal((double)beside["loss"]!, (double)alone["loss"]!, 1e-4);
    }

    [Fact]
    public void A_full_checkpoint_is_a_model_with_that_template()
    {
        Train(["--template", "zephyr", "--tuner_type", "full"]);
        var checkpoint = Path.Combine(model.Output, "last");
        var source = NamedTemplates.Get("zephyr").Source;
        Assert.Equal(source, File.ReadAllText(Path.Combine(checkpoint, "chat_template.jinja")));
        Assert.Equal(source, (string?)JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "tokenizer_config.json")))!["chat_template"]);
        Assert.Equal("the model's own", (string?)Evaluate("--model", checkpoint)["template"]);
    }

    [Fact]
    public void Further_training_goes_on_with_the_adapters_template()
    {
        Train(["--template", "vicuna"]);
        var more = new CommandLineRun(VerbList.All,
            [.. Sft(), "--max_steps", "1", "--adapters", Path.Combine(model.Output, "last"), "--output_dir", model.Sub("more")], width: 400);
        Assert.Contains("the one saved with the adapter", more.Out, StringComparison.Ordinal);
        Assert.Equal(NamedTemplates.Get("vicuna").Source, File.ReadAllText(Path.Combine(model.Sub("more"), "last", "chat_template.jinja")));
    }

    [Fact]
    public void Training_an_adapter_on_plain_text_keeps_its_template()
    {
        Train(["--template", "vicuna"]);
        model.WriteRows("""{"text": "Once upon a time there was a cat."}""", """{"text": "The cat was happy."}""");
        Train(["--adapters", Path.Combine(model.Output, "last"), "--output_dir", model.Sub("more")]);
        Assert.Equal(NamedTemplates.Get("vicuna").Source, File.ReadAllText(Path.Combine(model.Sub("more"), "last", "chat_template.jinja")));
    }

    [Fact]
    public void Rows_that_no_template_touches_leave_no_template_behind()
    {
        model.WriteRows("""{"text": "Once upon a time there was a cat."}""", """{"text": "The cat was happy."}""");
        var trained = Train([]);
        Assert.DoesNotContain("template", trained.Out, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(model.Output, "last", "chat_template.jinja")));
    }

    [Theory]
    [InlineData("vicunna", ExitCode.Usage, "'vicunna'", "Did you mean vicuna?", "hone template list")]
    [InlineData("quite-unknown-name", ExitCode.Usage, "'quite-unknown-name'", "hone template list", "path")]
    [InlineData("./vicuna", ExitCode.Model, "no file", "'./vicuna'", "looked for")]
    [InlineData("mine.jinja", ExitCode.Model, "no file", "'mine.jinja'", "looked for")]
    public void A_template_that_is_not_there_is_named_with_the_way_out(string template, ExitCode code, params string[] words)
    {
        foreach (var verb in (string[][])[["sft", "--dataset", model.Rows], ["infer", "--prompt", "x"], ["eval", "--dataset", model.Rows], ["template", "render"]])
        {
            var run = CommandLineRun.Of([.. verb, "--model", model.Model, "--template", template], "");
            Assert.Equal((int)code, run.ExitCode);
            Assert.All(words, word => Assert.Contains(word, run.Error, StringComparison.Ordinal));
        }
    }

    private string[] Sft() => [.. model.Sft.Where(a => a != "--template" && a != model.Template)];

    private CommandLineRun Train(string[] more)
    {
        var run = new CommandLineRun(VerbList.All, [.. Sft(), "--max_steps", "2", .. more], width: 400);
        Assert.True(run.ExitCode == 0, run.Error);
        return run;
    }

    private JsonNode Evaluate(params string[] arguments)
    {
        var run = CommandLineRun.Of(["eval", .. arguments, "--dataset", model.Rows, "--max_length", "300", "--json"]);
        Assert.True(run.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{run.ExitCode}: {run.Error}"));
        return JsonNode.Parse(run.Out)!;
    }
}

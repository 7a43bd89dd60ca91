using System.Text.Json.Nodes;

namespace Hone.Cli.Tests;

/// <summary>A plan has the defaults of the verb that it plans.</summary>
public sealed class PlanTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void Fine_tuning_is_planned_unless_something_says_otherwise()
    {
        var plan = Plan();
        Assert.True((long)plan["trainable_parameters"]! < (long)plan["parameters"]! / 2);
        Assert.True((long)plan["learned_tokens"]! < (long)plan["tokens"]! / 2);
        foreach (var figure in (string[])["trainable_parameters", "learned_tokens", "total_steps"])
            Assert.Equal(plan[figure]!.ToJsonString(), Plan("--for", "sft")[figure]!.ToJsonString());
    }

    [Fact]
    public void A_file_meant_for_pt_is_planned_as_pt_trains_it()
    {
        var file = model.Sub("pretrain.yaml");
        File.WriteAllText(file, "init: random\nnum_train_epochs: 2\n");
        File.Delete(model.Weights);
        var plan = PlanOf(["plan", file, .. Common]);
        AssertPretraining(plan);

        string[] run = ["pt", file, .. Common, "--output_dir", model.Output, "--add_version", "false", "--threads", "1"];
        var trained = new CommandLineRun(VerbList.All, run, width: 400);
        Assert.Equal(0, trained.ExitCode);
        Assert.Contains($"step {plan["total_steps"]}/{plan["total_steps"]}", trained.Out, StringComparison.Ordinal);
        Assert.Contains($"{(long)plan["learned_tokens"]!} of them learned", trained.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(model.Output, "best", "model.safetensors")));
    }

    [Fact]
    public void The_verb_can_be_named()
    {
        AssertPretraining(Plan("--for", "pt"));
        var adapter = Plan("--for", "pt", "--tuner_type", "lora");
        Assert.True((long)adapter["trainable_parameters"]! < (long)adapter["parameters"]! / 2);
        Assert.Equal(Plan("--for", "pt")["learned_tokens"]!.ToJsonString(), adapter["learned_tokens"]!.ToJsonString());
    }

    [Theory]
    [InlineData("sft", "random", "lora", "for is sft and init is random")]
    [InlineData("pt", "random", "lora", "would train adapters on noise")]
    public void What_the_verb_would_refuse_is_not_planned(string verb, string init, string tuner, string said)
    {
        var run = new CommandLineRun(VerbList.All, ["plan", .. Common, "--for", verb, "--init", init, "--tuner_type", tuner], width: 400);
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_of_memory_is_kept_or_refused_with_what_would_do()
    {
        var plan = Plan("--max_memory", "64GiB");
        Assert.Contains("64GiB: the run fits as it was asked for", (string)plan["max_memory"]!, StringComparison.Ordinal);
        Assert.Null(Plan()["max_memory"]);
        foreach (var verb in (string[])["plan", "sft", "pt"])
        {
            var refused = new CommandLineRun(VerbList.All, [verb, .. Common, "--max_memory", "1MiB", "--output_dir", model.Output], width: 400);
            Assert.Equal((int)ExitCode.Memory, refused.ExitCode);
            Assert.Contains("does not fit into max_memory 1MiB: it needs at least", refused.Error, StringComparison.Ordinal);
            Assert.Contains("Set max_memory to", refused.Error, StringComparison.Ordinal);
            Assert.False(Directory.Exists(model.Output));
        }
    }

    [Fact]
    public void Time_and_operations_are_those_of_all_steps()
    {
        var (one, three) = (Plan("--max_steps", "1"), Plan("--max_steps", "3"));
        Assert.Equal(3 * (double)one["flops"]!, (double)three["flops"]!, 1e-3 * (double)three["flops"]!);
        Assert.Equal((double)one["flops_per_step"]!, (double)three["flops_per_step"]!, 1e-3 * (double)one["flops_per_step"]!);
        Assert.Equal(3 * (double)three["expected_step_seconds"]!, (double)three["expected_seconds"]!, 1e-3 * (double)three["expected_seconds"]!);
        Assert.True((double)one["expected_step_seconds"]! > 0);
    }

    private static void AssertPretraining(JsonNode plan)
    {
        Assert.Equal((long)plan["parameters"]!, (long)plan["trainable_parameters"]!);
        Assert.True((long)plan["learned_tokens"]! > (long)plan["tokens"]! * 0.9);
    }

    private string[] Common => ["--model", model.Model, "--template", model.Template, "--dataset", model.Rows, "--max_length", "96", "--report_to", "none"];

    private JsonNode Plan(params string[] more) => PlanOf(["plan", .. Common, .. more]);

    private static JsonNode PlanOf(string[] arguments)
    {
        var run = new CommandLineRun(VerbList.All, [.. arguments, "--json"], width: 400);
        Assert.True(run.ExitCode == 0, run.Error);
        return JsonNode.Parse(run.Out)!;
    }
}

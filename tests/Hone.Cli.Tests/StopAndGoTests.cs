using System.Text.Json.Nodes;
using Hone.Models.Weights;
using Hone.Settings;

namespace Hone.Cli.Tests;

/// <summary>Stopping and going on, as a person does it at the command line: the files at the end are those of a run that was never stopped.</summary>
public sealed class StopAndGoTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void A_terminated_run_saves_exits_75_and_goes_on_to_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        string[] longer = [.. model.Sft, "--num_train_epochs", "100", "--save_steps", "1000", "--lr_scheduler_type", "constant"];
        Assert.Equal(0, new CommandLineRun(VerbList.All, [.. longer, "--output_dir", model.Sub("whole")]).ExitCode);

        string[] stopped = [.. longer, "--output_dir", model.Sub("stopped")];
        using (var child = new HoneProcess(stopped))
        {
            while (!child.Out.Contains("step 3/", StringComparison.Ordinal))
            {
                Assert.False(child.HasExited, child.Out + child.Error);
                Thread.Sleep(2);
            }

            child.Signal("TERM");
            Assert.Equal((int)ExitCode.Interrupted, child.WaitForExit());
            Assert.Contains("Interrupted: finishing the step", child.Error, StringComparison.Ordinal);
            Assert.Contains("--resume_from_checkpoint", child.Out, StringComparison.Ordinal);
        }

        var resumed = new CommandLineRun(VerbList.All, [.. stopped, "--resume_from_checkpoint", "last"]);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Contains("Resuming after step", resumed.Out, StringComparison.Ordinal);
        AssertSameAdapter("checkpoint-400", "whole", "stopped");
    }

    [Fact]
    public void The_second_interrupt_alone_stops_a_run_and_it_goes_on_to_the_same_bytes()
    {
        Assert.Equal(0, model.Run("--output_dir", model.Sub("whole")).ExitCode);
        string[] stopped = [.. model.Sft, "--output_dir", model.Sub("stopped")];
        using (var error = new StringWriter())
        using (var console = new CliConsole(TextWriter.Null, error, isTerminal: false, () => 200))
        using (var interruption = new Interruption(console, _ => Assert.Fail("left at once")))
        {
            var application = new Application([new InterruptedTwice()], console, new Dictionary<string, string>(), interruption);
            Assert.Equal((int)ExitCode.Interrupted, application.Run(stopped));
            Assert.Contains("only the micro-batch", error.ToString(), StringComparison.Ordinal);
            Assert.Contains("leave at once, without saving", error.ToString(), StringComparison.Ordinal);
        }

        Assert.Equal(0, new CommandLineRun(VerbList.All, [.. stopped, "--resume_from_checkpoint", "last"]).ExitCode);
        AssertSameAdapter("checkpoint-8", "whole", "stopped");
    }

    [Theory]
    [InlineData("Plan", null)]
    [InlineData("Supervision", "--probe_questions")]
    public void An_interrupt_before_training_stops_at_once_and_leaves_what_was_there(string moment, string? more)
    {
        Assert.Equal(0, model.Run("--max_steps", "1").ExitCode);
        string[] arguments = [.. model.Sft, "--overwrite_output_dir", "true", .. more is null ? (string[])[] : [more, "Who?", "--probe_max_new_tokens", "4"]];
        var run = InterruptedAt(moment, arguments);
        Assert.Equal(Interruption.ExitCode, run.ExitCode);
        Assert.Contains("training has not begun, so there is nothing to save", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("saving", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("Writing", run.Out, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(model.Output, "checkpoint-1")], Directory.GetDirectories(model.Output, "checkpoint-*"));
        Assert.Equal(0, new CommandLineRun(VerbList.All, [.. arguments, "--max_steps", "1"]).ExitCode);
    }

    [Fact]
    public void An_interrupt_before_training_leaves_no_folder()
    {
        Assert.Equal(Interruption.ExitCode, InterruptedAt("Supervision", model.Sft).ExitCode);
        Assert.False(Directory.Exists(model.Output));
    }

    [Fact]
    public void An_interrupt_before_a_resumed_run_goes_on_leaves_its_folder_as_it_was()
    {
        Assert.Equal(0, model.Run("--max_steps", "2").ExitCode);
        File.Delete(Path.Combine(model.Output, "run.lock"));
        var before = Entries();
        string[] arguments = [.. model.Sft, "--max_steps", "2", "--resume_from_checkpoint", Path.Combine(model.Output, "checkpoint-1")];
        Assert.Equal(Interruption.ExitCode, InterruptedAt("Supervision", arguments).ExitCode);
        Assert.Equal(before, Entries());

        string[] Entries() => [.. Directory.EnumerateFileSystemEntries(model.Output, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [Fact]
    public void An_interrupt_once_the_folder_is_open_saves()
    {
        var run = InterruptedAt("Writing", model.Sft);
        Assert.Equal((int)ExitCode.Interrupted, run.ExitCode);
        Assert.Contains("finishing the step and saving", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, model.Run("--resume_from_checkpoint", "last").ExitCode);
    }

    [Fact]
    public void An_interrupt_after_the_last_step_leaves_out_the_answers_of_a_run_that_is_saved()
    {
        var run = InterruptedAt("  saved ", [.. model.Sft, "--max_steps", "1", "--probe_questions", "Who?", "--probe_max_new_tokens", "4"]);
        Assert.Equal(0, run.ExitCode);
        Assert.DoesNotContain("before and after", run.Out, StringComparison.Ordinal);
        Assert.Contains("hone infer", run.Out, StringComparison.Ordinal);
        Assert.True(Directory.Exists(Path.Combine(model.Output, "checkpoint-1")));
    }

    [Fact]
    public void A_run_goes_on_with_changed_settings_only_when_told_to_and_its_arguments_follow()
    {
        Assert.Equal(0, model.Run().ExitCode);
        string[] changed = ["--resume_from_checkpoint", Path.Combine(model.Output, "checkpoint-5"), "--learning_rate", "5e-4"];
        var refused = model.Run(changed);
        Assert.Equal((int)ExitCode.Usage, refused.ExitCode);
        Assert.Contains("learning_rate: 0.001 → 0.0005", refused.Error, StringComparison.Ordinal);
        Assert.Contains("--accept_changed_settings true", refused.Error, StringComparison.Ordinal);
        Assert.Equal("0.001", Argument(model.Output, "learning_rate"));
        Assert.True(Directory.Exists(Path.Combine(model.Output, "checkpoint-8")));

        refused = model.Run([.. changed, "--accept_changed_settings", "true", "--gradient_accumulation_steps", "1"]);
        Assert.Equal((int)ExitCode.Usage, refused.ExitCode);
        Assert.Contains("Put back gradient_accumulation_steps", refused.Error, StringComparison.Ordinal);
        Assert.Equal("0.001", Argument(model.Output, "learning_rate"));

        var accepted = model.Run([.. changed, "--accept_changed_settings", "true"]);
        Assert.Equal(0, accepted.ExitCode);
        Assert.Contains("learning_rate: 0.001 → 0.0005", accepted.Error, StringComparison.Ordinal);
        Assert.Contains("later checkpoints are not part of it any more", accepted.Error, StringComparison.Ordinal);
        Assert.Equal("0.0005", Argument(model.Output, "learning_rate"));
        Assert.Equal("null", Argument(model.Output, "resume_from_checkpoint"));
        Assert.Equal("false", Argument(model.Output, "accept_changed_settings"));
        Assert.Equal("0.001", Argument(Path.Combine(model.Output, "checkpoint-5"), "learning_rate"));
        Assert.Equal("0.0005", Argument(Path.Combine(model.Output, "checkpoint-8"), "learning_rate"));
        Assert.Equal("0.001", Argument(Path.Combine(model.Output, "superseded", "checkpoint-8"), "learning_rate"));
    }

    [Fact]
    public void Changed_settings_of_what_is_not_resumed_mean_nothing() =>
        Assert.Contains("nothing is resumed", model.Run("--accept_changed_settings", "true").Error, StringComparison.Ordinal);

    [Fact]
    public void Last_follows_a_run_that_went_on_from_an_older_checkpoint()
    {
        Assert.Equal(0, model.Run("--output_dir", model.Sub("whole")).ExitCode);
        Assert.Equal(0, model.Run().ExitCode);
        string[] resumed = [.. model.Sft, "--resume_from_checkpoint", Path.Combine(model.Output, "checkpoint-3")];
        Assert.Equal((int)ExitCode.Interrupted, InterruptedAt("checkpoint-5", resumed).ExitCode);
        var last = model.Run("--resume_from_checkpoint", "last");
        Assert.Equal(0, last.ExitCode);
        Assert.Contains("Resuming after step 5", last.Out, StringComparison.Ordinal);
        AssertSameAdapter("checkpoint-8", "whole", "out");
    }

    [Fact]
    public void Without_shuffling_a_run_repeats()
    {
        foreach (var name in (string[])["one", "two"])
            Assert.Equal(0, model.Run("--shuffle", "false", "--output_dir", model.Sub(name)).ExitCode);
        AssertSameAdapter("checkpoint-8", "one", "two");
    }

    [Fact]
    public void Gradients_are_saved_under_the_names_of_the_parameters()
    {
        var path = model.Sub("gradients/first.safetensors");
        Assert.Equal(0, model.Run("--save_gradients", path, "--max_steps", "1", "--target_modules", "q_proj", "v_proj").ExitCode);
        using var file = SafetensorsFile.Open(path);
        string[] names = [.. Enumerable.Range(0, 5).SelectMany(layer => (string[])["q_proj", "v_proj"], (layer, module) => $"model.layers.{layer}.self_attn.{module}")
            .SelectMany(p => (string[])[p + ".lora_A.weight", p + ".lora_B.weight"])];
        Assert.Equal(names.Order(StringComparer.Ordinal), file.Tensors.Select(t => t.Name).Order(StringComparer.Ordinal));

        // B is zero at first, so nothing reaches A yet.
        Assert.All(file.Tensors.Where(t => t.Name.Contains("lora_A", StringComparison.Ordinal)), t => Assert.All(t.Data.AsSpan<float>().ToArray(), x => Assert.Equal(0f, x)));
        Assert.All(file.Tensors.Where(t => t.Name.Contains("lora_B", StringComparison.Ordinal)), t => Assert.Contains(t.Data.AsSpan<float>().ToArray(), x => x != 0));
    }

    private void AssertSameAdapter(string checkpoint, string first, string second)
    {
        byte[] Read(string run) => File.ReadAllBytes(Path.Combine(model.Sub(run), checkpoint, "adapter_model.safetensors"));
        Assert.Equal(Read(first), Read(second));
    }

    private static string Argument(string folder, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "args.json")))![name]?.ToJsonString() ?? "null";

    private static (int ExitCode, string Out, string Error) InterruptedAt(string moment, IReadOnlyList<string> arguments)
    {
        Interruption? interruption = null;
        using var output = new WordWatcher(moment, () => interruption!.Request());
        using var error = new StringWriter();
        using var console = new CliConsole(output, error, isTerminal: false, () => 200);
        using (interruption = new Interruption(console, _ => Assert.Fail("left at once")))
        {
            var code = new Application(VerbList.All, console, new Dictionary<string, string>(), interruption).Run(arguments);
            return (code, output.ToString(), error.ToString());
        }
    }

    /// <summary><c>sft</c>, interrupted twice as soon as training begins, and deaf to the first interrupt.</summary>
    private sealed class InterruptedTwice : IVerb
    {
        private readonly SftVerb sft = new();

        public string Name => sft.Name;

        public string Summary => sft.Summary;

        public string Example => sft.Example;

        public string? OnInterrupt => sft.OnInterrupt;

        public Type SettingsType => sft.SettingsType;

        public ExitCode Run(VerbSettings settings, CliConsole console, Interruption interruption) =>
            SftVerb.Train((SftSettings)settings, console, (message, urgentMessage) =>
            {
                var isFirst = interruption.Expect(message, urgentMessage);
                interruption.Request();
                interruption.Request();
                return isFirst;
            }, CancellationToken.None, interruption.UrgentToken);
    }
}

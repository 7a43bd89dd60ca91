using Hone.Settings;

namespace Hone.Cli.Tests;

public sealed class FailureTests
{
    public static TheoryData<string, string[]> WrongCommandLines => new()
    {
        { "unknown-verb", ["stf", "x.yaml"] },
        { "unknown-verb-far", ["frobnicate"] },
        { "half-a-verb", ["template"] },
        { "half-a-verb-wrong", ["template", "rendr"] },
        { "flag-before-verb", ["--model", "x", "sft"] },
        { "unknown-setting", ["sft", "--learning_rat", "1e-4"] },
        { "setting-of-another-verb", ["doctor", "--lora_rank", "4"] },
        { "wrong-type", ["sft", "--lora_rank", "eight"] },
        { "wrong-choice", ["sft", "--lr_scheduler_type", "cosin"] },
        { "no-value", ["sft", "--model", "--seed", "1"] },
        { "no-config", ["sft", "nowhere/run.yaml"] },
        { "stray-value", ["sft", "--seed", "1", "oops"] },
        { "broken-rules", ["sft", "--lora_rank", "0", "--warmup_ratio", "2"] },
    };

    [Fact]
    public void Mistakes_on_the_command_line_are_answered_as_approved()
    {
        var text = "";
        foreach (var row in WrongCommandLines)
        {
            var (name, arguments) = row.Data;
            var run = new CommandLineRun(CommandLineRun.Verbs, arguments);
            Assert.Empty(run.Out);
            text += $"# {name}: hone {string.Join(' ', arguments)}\n{run.Error}exit code {run.ExitCode}\n\n";
        }

        Approved.Matches("mistakes", text.Replace(Directory.GetCurrentDirectory(), "<current folder>", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ExitCode.Data)]
    [InlineData(ExitCode.Memory)]
    [InlineData(ExitCode.Interrupted)]
    public void A_failure_of_a_verb_has_its_exit_code_and_no_stack_trace(ExitCode code)
    {
        var run = Throwing(new HoneException(code, "the row has nothing to learn", "rows.jsonl:3", "give it an answer"));
        Assert.Equal((int)code, run.ExitCode);
        Assert.Equal("error: the row has nothing to learn\nwhere: rows.jsonl:3\nfix: give it an answer\n", run.Error);
    }

    [Fact]
    public void A_full_disk_is_no_fault_of_ours()
    {
        var run = Throwing(new IOException("No space left on device"));
        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("error: reading or writing failed: No space left on device\nfix: free some space", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_output_that_takes_nothing_is_an_error_in_words()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this system has no /dev/full");
        using var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0));
        using var error = new StringWriter();
        using (var console = new CliConsole(full, error, false, () => 100))
        {
            using var interruption = new Interruption(console, _ => { });
            Assert.Equal(1, new Application(VerbList.All, console, new Dictionary<string, string>(), interruption).Run(["--help"]));
        }

        Assert.StartsWith("error: reading or writing failed", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_file_says_cannot_steer_the_terminal()
    {
        var run = Throwing(new HoneException(ExitCode.Data, "unknown role '\e]0;x\a\e[2J\u009b'", "a\rb", null));
        Assert.Equal("error: unknown role '\uFFFD]0;x\uFFFD\uFFFD[2J\uFFFD'\nwhere: a\uFFFDb\n", run.Error);
        Assert.Equal("\e[1mbold\e[0m", TerminalText.Harmless("\e[1mbold\e[0m", keepsColor: true));
    }

    [Fact]
    public void A_fault_of_ours_is_an_apology_and_the_trace_comes_only_on_request()
    {
        var run = Throwing(new InvalidOperationException("inner trouble"));
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("sorry", run.Error, StringComparison.Ordinal);
        Assert.Contains("HONE_DEBUG=1", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Contains("   at ", Throwing(new InvalidOperationException("x"), new() { ["HONE_DEBUG"] = "1" }).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Standard_output_is_json_alone_in_json_mode()
    {
        var verb = new SampleVerb<DoctorSettings>("doctor", "", (_, console, _) =>
        {
            console.Line("for people");
            console.Table(["a"], [["1"]]);
            console.Facts([("a", "1")]);
            using (var progress = console.StartProgress()) progress.Log(new StepProgress { Step = 1, TotalSteps = 2 });
            console.Notice("a warning");
            console.JsonLine("{}");
            return ExitCode.Done;
        });
        var run = new CommandLineRun([verb], ["doctor", "--json"]);
        Assert.Equal("{}\n", run.Out);
        Assert.Equal("a warning\n", run.Error);
    }

    [Fact]
    public void The_first_interrupt_cancels_and_the_second_leaves_at_once()
    {
        Interruption? interruption = null;
        int? endedWith = null;
        var verb = new SampleVerb<DoctorSettings>("doctor", "", (_, _, cancellation) =>
        {
            interruption!.Request();
            Assert.True(cancellation.IsCancellationRequested);
            Assert.Null(endedWith);
            interruption.Request();
            return ExitCode.Interrupted;
        });
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(TextWriter.Null, error, isTerminal: false, () => 80);
        using (interruption = new Interruption(console, code => endedWith = code))
            Assert.Equal(75, new Application([verb], console, new Dictionary<string, string>(), interruption).Run(["doctor"]));
        Assert.Equal(130, endedWith);
        Assert.Contains("finishing the step, saving…", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verb_with_two_messages_is_asked_twice_before_the_process_ends()
    {
        int? endedWith = null;
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(TextWriter.Null, error, isTerminal: false, () => 80);
        using var interruption = new Interruption(console, code => endedWith = code);
        Assert.True(interruption.Expect("once", "twice"));
        interruption.Request();
        Assert.True(interruption.Token.IsCancellationRequested);
        Assert.False(interruption.UrgentToken.IsCancellationRequested);
        interruption.Request();
        Assert.True(interruption.UrgentToken.IsCancellationRequested);
        Assert.Null(endedWith);
        interruption.Request();
        Assert.Equal(130, endedWith);
        Assert.Equal("once\ntwice\n", error.ToString());
    }

    [Fact]
    public void What_an_interrupt_means_can_change_and_one_that_came_before_is_told()
    {
        int? endedWith = null;
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(TextWriter.Null, error, isTerminal: false, () => 80);
        using var interruption = new Interruption(console, code => endedWith = code);
        Assert.True(interruption.Expect("early"));
        Assert.True(interruption.Expect("later", "later still"));
        interruption.Request();
        Assert.False(interruption.Expect("too late"));
        interruption.Request();
        Assert.Equal(130, endedWith);
        Assert.Equal("later\n", error.ToString());
    }

    [Fact]
    public void Who_is_cancelled_may_ask_on_another_thread_what_interrupts_mean()
    {
        using var console = new CliConsole(TextWriter.Null, TextWriter.Null, isTerminal: false, () => 80);
        using var interruption = new Interruption(console, _ => Assert.Fail("left at once"));
        interruption.Expect("once");
        var answered = false;
        using var registration = interruption.Token.Register(() => answered = Task.Run(() => interruption.Expect("late")).Wait(TimeSpan.FromSeconds(10)));
        interruption.Request();
        Assert.True(answered);
    }

    [Fact]
    public void Without_anything_to_finish_the_first_interrupt_leaves_at_once()
    {
        int? endedWith = null;
        using var console = new CliConsole(TextWriter.Null, TextWriter.Null, isTerminal: false, () => 80);
        using var interruption = new Interruption(console, code => endedWith = code);
        interruption.Request();
        Assert.Equal(130, endedWith);
    }

    [Fact]
    public void Every_verb_has_the_settings_that_errors_ascribe_to_it() =>
        Assert.All(VerbList.All, verb => Assert.Contains((verb.Name, verb.SettingsType), Settings.Verbs.All));

    private static CommandLineRun Throwing(Exception e, Dictionary<string, string>? environment = null) =>
        new([new SampleVerb<DoctorSettings>("doctor", "", (_, _, _) => throw e)], ["doctor"], environment: environment);
}

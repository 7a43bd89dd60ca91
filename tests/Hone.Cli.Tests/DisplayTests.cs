namespace Hone.Cli.Tests;

public sealed class DisplayTests
{
    private static readonly StepProgress s_step = new()
    {
        Step = 12,
        TotalSteps = 420,
        Loss = 2.34567,
        TokenAccuracy = 0.5612,
        GradNorm = 1.2347,
        LearningRate = 1e-4,
        TokensPerSecond = 12345.6,
        PeakShare = 0.871,
        Remaining = TimeSpan.FromSeconds(3725),
    };

    [Theory]
    [InlineData(200, "step 12/420  loss 2.3457  acc 56.1%  grad 1.235  lr 1.00e-4  12,346 tok/s  87% of peak  1:02:05 left")]
    [InlineData(80, "step 12/420  loss 2.3457  acc 56.1%  lr 1.00e-4  12,346 tok/s  1:02:05 left")]
    [InlineData(40, "step 12/420  loss 2.3457  1:02:05 left")]
    [InlineData(20, "step 12/420")]
    [InlineData(5, "")]
    public void The_line_keeps_what_tells_most_when_it_is_narrow(int width, string expected) =>
        Assert.Equal(expected, new ProgressLine().Format(s_step, width).ToString());

    [Fact]
    public void Figures_that_are_not_known_are_left_out()
    {
        var step = s_step with { PeakShare = double.NaN, TokenAccuracy = double.NaN, Remaining = TimeSpan.FromSeconds(59.5), GradNorm = double.NaN };
        Assert.Equal("step 12/420  loss 2.3457  lr 1.00e-4  12,346 tok/s  1:00 left", new ProgressLine().Format(step, 200).ToString());
    }

    [Fact]
    public void Figures_of_any_size_fit()
    {
        var step = new StepProgress
        {
            Step = int.MaxValue,
            TotalSteps = int.MaxValue,
            Loss = double.MaxValue,
            TokenAccuracy = -1e300,
            GradNorm = double.PositiveInfinity,
            LearningRate = 5e-324,
            TokensPerSecond = 1e300,
            PeakShare = 1e300,
            Remaining = TimeSpan.MaxValue,
        };
        Assert.StartsWith("step 2147483647/2147483647", new ProgressLine().Format(step, int.MaxValue).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_formatted_line_allocates_nothing()
    {
        var line = new ProgressLine();
        line.Format(s_step, 100);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) line.Format(s_step with { Step = i, Loss = 2.0 / (i + 1) }, 100);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_redirected_run_prints_a_plain_line_for_each_logged_step()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(output, TextWriter.Null, isTerminal: false, () => 40);
        using (var progress = console.StartProgress())
        {
            progress.Step(s_step);
            progress.Log(s_step);
            progress.Step(s_step with { Step = 13 });
            console.Line("checkpoint saved");
        }

        Assert.Equal(new ProgressLine().Format(s_step, 999).ToString() + "\ncheckpoint saved\n", output.ToString());
    }

    [Fact]
    public void A_terminal_shows_one_line_drawn_ten_times_a_second_at_most()
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(output, TextWriter.Null, isTerminal: true, () => 41);
        var clock = new SteppedTime();
        using (var progress = console.StartProgress(clock))
        {
            for (var step = 1; step <= 10; step++, clock.Advance(TimeSpan.FromMilliseconds(30)))
            {
                progress.Step(s_step with { Step = step });
                progress.Log(s_step with { Step = step });
            }

            console.Line("saved");
        }

        string Line(int step) => $"\rstep {step}/420  loss 2.3457  1:02:05 left\e[K";
        Assert.Equal(Line(1) + Line(5) + Line(9) + "\r\e[Ksaved\n" + Line(10) + Line(10) + "\n", output.ToString());
    }

    [Theory]
    [InlineData(40)]
    [InlineData(100)]
    public void A_table_looks_as_approved(int width)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var console = new CliConsole(output, TextWriter.Null, isTerminal: false, () => width);
        console.Table(["rows", "file", "why"],
        [
            ["500", "self_cognition.jsonl", "used"],
            ["3", "alpaca_zh.json", "太长：超过 max_length 的行被丢弃了"],
            ["12,000", "a [bracket] b.jsonl", "the row has nothing to learn, since no turn of it is the assistant's"],
        ]);
        console.Facts([("parameters", "1,234,567"), ("内存", "3.2 GiB"), ("steps", "90")]);
        Assert.All(output.ToString().Split('\n'), line => Assert.True(TextTable.Columns(line) <= width, line));
        Approved.Matches($"table-{width}", output.ToString());
    }

    [Theory]
    [InlineData("abc", 3)]
    [InlineData("小黄", 4)]
    [InlineData("e\u0301", 1)]
    [InlineData("🙂", 2)]
    public void Wide_characters_take_two_columns(string text, int columns) => Assert.Equal(columns, TextTable.Columns(text));

    private sealed class SteppedTime : TimeProvider
    {
        private long _ticks = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _ticks;

        public void Advance(TimeSpan by) => _ticks += by.Ticks;
    }
}

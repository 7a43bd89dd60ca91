using Hone.Inference;
using Hone.Kernels.Cpu;
using Hone.Testing;

namespace Hone.Cli.Tests.Verbs;

public sealed class AnswerPrinterTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void In_a_talk_the_first_interrupt_ends_the_answer_and_all_others_are_left_to_the_process(bool isTalk)
    {
        using var kernels = new CpuKernels(2);
        using var model = ChatModel.Load(SharedData.PathOf("models/stories260k/hf"), null, kernels);
        using var session = model.StartChat(new GenerationOptions { MaxNewTokens = 400, Temperature = 1, StopIds = [-1] });
        using var output = new Interrupting();
        using var console = new CliConsole(output, TextWriter.Null, isTerminal: false, () => 80);
        output.Console = console;
        new AnswerPrinter(session, isChat: false, stream: true, isTalk, console).Answer("Once upon a time");
        Assert.Equal(isTalk ? [true, false] : [], output.Handled);
        Assert.Equal(isTalk, output.ToString().EndsWith(" … (stopped)\n", StringComparison.Ordinal));
        Assert.Null(console.InterruptHandler);
    }

    [Fact]
    public void Control_characters_do_not_reach_the_terminal()
    {
        Assert.Equal("a\uFFFD[2Jb\n\tc", TerminalText.Harmless("a\e[2Jb\n\tc"));
        Assert.Equal("小黄 é", TerminalText.Harmless("小黄 é"));
    }

    /// <summary>Presses Ctrl-C twice when the first piece of the answer comes.</summary>
    private sealed class Interrupting : StringWriter
    {
        public Interrupting() => NewLine = "\n";

        public CliConsole? Console { get; set; }

        public List<bool> Handled { get; } = [];

        public override void Write(string? value)
        {
            base.Write(value);
            if (Handled.Count > 0 || Console?.InterruptHandler is not { } handler) return;
            Handled.Add(handler());
            Handled.Add(handler());
        }
    }
}

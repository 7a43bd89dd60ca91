using System.Text;
using Hone.Kernels.Cpu;
using Hone.Testing;

namespace Hone.Inference.Tests;

/// <summary>A conversation when memory is short.</summary>
public sealed class ChatSessionTests
{
    private const string Template = "{% for m in messages %}{{ m['content'] + ' ' }}{% endfor %}";

    [Fact]
    public void Memory_that_ends_within_an_answer_ends_the_answer_and_the_conversation_goes_on()
    {
        using var folder = new TemporaryFolder();
        using var kernels = new CpuKernels(2);
        using var model = ChatModel.Load(SharedData.PathOf("models/stories260k/hf"), null, kernels, folder.Write("template.jinja", Template));
        var options = new GenerationOptions { MaxNewTokens = 300, StopIds = [-1] };
        using var roomy = model.StartChat(options);
        var whole = roomy.Ask("Once upon a time", null, TestContext.Current.CancellationToken);
        Assert.Equal((300, StopReason.Length), (whole.Tokens, whole.Reason));

        var free = long.MaxValue;
        using var session = model.StartChat(options, freeBytes: _ => free);
        var streamed = new StringBuilder();
        var answer = session.Ask("Once upon a time", piece =>
        {
            streamed.Append(piece);
            free = 0;
        }, TestContext.Current.CancellationToken);
        Assert.Equal(StopReason.Memory, answer.Reason);
        Assert.InRange(answer.Tokens, 200, 256);
        Assert.Equal(answer.Text, streamed.ToString());
        Assert.StartsWith(answer.Text, whole.Text, StringComparison.Ordinal);
        Assert.Equal(["user", "assistant"], session.Messages.Select(m => (string)m!["role"]!));

        // No memory for the question: it is taken back. With memory, and after starting over without it, answers come again.
        Assert.Equal(ExitCode.Memory, Assert.Throws<HoneException>(() => session.Ask("Lily saw", null, TestContext.Current.CancellationToken)).ExitCode);
        Assert.Equal(2, session.Messages.Count);
        free = long.MaxValue;
        Assert.True(session.Ask("Lily saw", null, TestContext.Current.CancellationToken).Tokens > 0);
        free = 0;
        session.Reset();
        Assert.StartsWith(answer.Text, session.Ask("Once upon a time", null, TestContext.Current.CancellationToken).Text, StringComparison.Ordinal);
    }
}

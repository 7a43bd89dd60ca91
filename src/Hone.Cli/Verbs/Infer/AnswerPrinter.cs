using System.Diagnostics;
using System.Globalization;
using Hone.Inference;

namespace Hone.Cli;

/// <summary>Asks a session and prints its answers as they come.</summary>
/// <param name="session">Who answers.</param>
/// <param name="isChat">Whether there is a chat template; else the text is continued.</param>
/// <param name="stream">Whether an answer is printed as it comes.</param>
/// <param name="isTalk">Whether a person talks: Ctrl-C then ends the answer, not the conversation.</param>
/// <param name="console">Where to print.</param>
internal sealed class AnswerPrinter(ChatSession session, bool isChat, bool stream, bool isTalk, CliConsole console)
{
    /// <summary>What is said of an answer that memory cut off.</summary>
    internal const string OutOfMemory = "memory ended within the answer. Start over (/clear in a chat), or make memory free.";

    private readonly Lock _lock = new();
    private CancellationTokenSource? _answering;
    private bool _showsSpeed = true;

    /// <summary>Prints the answer to a question.</summary>
    public void Answer(string question)
    {
        var start = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource();
        ChatAnswer answer;
        try
        {
            lock (_lock) _answering = stop;
            if (isTalk) console.InterruptHandler = StopAnswer;
            Action<string>? onText = stream && !console.Json ? Print : null;
            answer = isChat ? session.Ask(question, onText, stop.Token) : session.Complete(question, onText, stop.Token);
            if (!stream && !console.Json) Print(answer.Text);
        }
        finally
        {
            console.InterruptHandler = null;
            lock (_lock) _answering = null;
        }

        console.Line(answer.Reason == StopReason.Cancelled ? " … (stopped)" : "");
        if (answer.Reason == StopReason.Memory) console.Notice($"warning: {OutOfMemory}");
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteString("response", answer.Text);
            json.WriteNumber("tokens", answer.Tokens);
            json.WriteString("finish_reason", Reason(answer.Reason));
        }));
        ShowSpeed(answer, Stopwatch.GetElapsedTime(start));
    }

    /// <summary>How OpenAI's interface calls the reason.</summary>
    internal static string Reason(StopReason reason) => reason switch
    {
        StopReason.Length or StopReason.Memory => "length",
        StopReason.Cancelled => "cancelled",
        _ => "stop",
    };

    /// <summary>The first Ctrl-C ends the answer; false when there is none to end.</summary>
    internal bool StopAnswer()
    {
        lock (_lock)
        {
            if (_answering is not { IsCancellationRequested: false } answering) return false;
            answering.Cancel();
            return true;
        }
    }

    private void Print(string piece)
    {
        console.Out.Write(console.IsTerminal ? TerminalText.Harmless(piece) : piece);
        console.Out.Flush();
    }


    private void ShowSpeed(ChatAnswer answer, TimeSpan time)
    {
        if (!_showsSpeed || !console.IsTerminal || console.Json || answer.Tokens == 0) return;
        _showsSpeed = false;
        var text = string.Create(CultureInfo.InvariantCulture, $"{answer.Tokens} tokens, {answer.Tokens / time.TotalSeconds:N1} tokens/s");
        console.Line(console.HasColor ? $"\e[2m{text}\e[0m" : text);
    }
}

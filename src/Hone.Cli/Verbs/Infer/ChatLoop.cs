using Hone.Inference;

namespace Hone.Cli;

/// <summary>Questions line by line from standard input, until it ends.</summary>
internal sealed class ChatLoop(AnswerPrinter printer, ChatSession session, CliConsole console)
{
    private const int MaxQuestionLength = 1 << 20;

    /// <summary>Talks. Where a person talks a question that fails is explained and the next one read; elsewhere the failure ends it.</summary>
    public void Run(string model)
    {
        var talks = console is { IsTerminal: true, HasKeyboard: true, Json: false };
        if (talks) console.Line($"{model}. Ask something; /help lists the commands, /exit leaves, Ctrl-C stops an answer.");
        var lines = new LongLineReader(console.In, MaxQuestionLength);
        while (true)
        {
            if (talks) Mark();
            var line = Next(lines);
            if (line is null)
            {
                if (talks) console.Line();
                return;
            }

            try
            {
                if (!Take(line.Trim())) return;
            }
            catch (HoneException e) when (talks)
            {
                console.Error(e.Message, e.Where, e.Fix);
            }
        }
    }

    private static string? Next(LongLineReader lines)
    {
        try
        {
            return lines.Next();
        }
        catch (InvalidDataException e)
        {
            throw new HoneException(ExitCode.Usage, $"The question can't be read: {e.Message}.", "standard input", "Shorten it.", e);
        }
    }

    private void Mark()
    {
        console.Out.Write(console.HasColor ? "\e[1m>\e[0m " : "> ");
        console.Out.Flush();
    }

    /// <summary>Does what a line says; false to leave.</summary>
    private bool Take(string line)
    {
        switch (line)
        {
            case "":
                return true;
            case "/exit" or "/quit":
                return false;
            case "/clear":
                session.Reset();
                console.Line("The conversation starts anew.");
                return true;
            case "/help":
                console.Line("/clear  forget the conversation\n/exit   leave (so does the end of input, or Ctrl-C twice)\n/help   this list");
                return true;
            default:
                printer.Answer(line);
                return true;
        }
    }
}

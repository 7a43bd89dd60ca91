using System.Globalization;
using System.Text;

namespace Hone.Cli;

/// <summary>
/// Where a verb prints. Knows whether a person watches (a terminal) or a file does, how wide it is, and keeps standard
/// output clean for machines when <see cref="Json"/> is on. UTF-8 everywhere.
/// </summary>
internal sealed class CliConsole : IDisposable
{
    /// <summary>Width of text that goes into a file or a pipe.</summary>
    private const int RedirectedWidth = 100;

    private readonly TextWriter _error;
    private readonly Func<int> _width;
    private readonly bool _errorColor;
    private readonly Lock _lock = new();
    private LiveProgress? _live;
    private string? _status;
    private IOException? _outputFailure;

    /// <param name="output">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="isTerminal">Whether output is a terminal that understands control sequences.</param>
    /// <param name="width">Columns, asked each time since windows change.</param>
    /// <param name="color">Whether output may be coloured.</param>
    /// <param name="errorColor">Whether errors may be coloured.</param>
    /// <param name="input">Standard input; null for an empty one.</param>
    /// <param name="isErrorTerminal">Whether standard error is a terminal that understands control sequences.</param>
    /// <param name="hasKeyboard">Whether standard input is a terminal.</param>
    public CliConsole(TextWriter output, TextWriter error, bool isTerminal, Func<int> width, bool color = false, bool errorColor = false,
        TextReader? input = null, bool isErrorTerminal = false, bool hasKeyboard = false)
    {
        Out = output;
        _error = error;
        IsTerminal = isTerminal;
        _width = width;
        HasColor = color;
        _errorColor = errorColor;
        In = input ?? TextReader.Null;
        IsErrorTerminal = isErrorTerminal;
        HasKeyboard = hasKeyboard;
    }

    /// <summary>Standard output itself, buffered: for results that are meant to be piped.</summary>
    public TextWriter Out { get; }

    /// <summary>Standard input.</summary>
    public TextReader In { get; }

    /// <summary>Whether a person watches standard output.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether a person watches standard error.</summary>
    public bool IsErrorTerminal { get; }

    /// <summary>Whether a person types: no file and no pipe is standard input.</summary>
    public bool HasKeyboard { get; }

    /// <summary>Whether standard output may be coloured.</summary>
    public bool HasColor { get; }

    /// <summary>What Ctrl-C does first; true when that was all, false to go on as everywhere. Null for nothing.</summary>
    public Func<bool>? InterruptHandler { get; set; }

    /// <summary>Columns of standard output, at least 20.</summary>
    public int Width => Math.Max(20, _width());

    /// <summary>HONE_DEBUG is set: details that only a developer reads are wanted.</summary>
    public bool IsDebug { get; set; }

    /// <summary>Whether standard output belongs to JSON alone.</summary>
    public bool Json { get; set; }

    /// <summary>The console of this process, by the conventions of <c>NO_COLOR</c>, <c>TERM=dumb</c> and <c>COLUMNS</c>.</summary>
    public static CliConsole OfProcess()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        var dumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        var color = !dumb && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var isTerminal = !Console.IsOutputRedirected && !dumb;
        return new CliConsole(
            new StreamWriter(Console.OpenStandardOutput(), utf8, 1 << 15),
            new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true },
            isTerminal,
            WidthOfProcess,
            color && isTerminal,
            color && !Console.IsErrorRedirected,
            new StreamReader(Console.OpenStandardInput(), utf8, detectEncodingFromByteOrderMarks: true, 1 << 15),
            !Console.IsErrorRedirected && !dumb,
            !Console.IsInputRedirected);
    }

    /// <summary>Prints a line for people; nothing in JSON mode.</summary>
    public void Line(string text = "")
    {
        if (Json) return;
        lock (_lock)
        {
            ClearStatus();
            _live?.Erase();
            Out.WriteLine(TerminalText.Harmless(text, keepsColor: true));
            _live?.Redraw();
            Out.Flush();
        }
    }

    /// <summary>Prints a heading for people; nothing in JSON mode.</summary>
    public void Heading(string text) => Line(HasColor ? $"\e[1m{text}\e[0m" : text);

    /// <summary>Prints one JSON text as a line of the report; nothing when not in JSON mode.</summary>
    public void JsonLine(string json)
    {
        if (!Json) return;
        Out.WriteLine(json);
        Out.Flush();
    }

    /// <summary>Tells the person something beside the report, on standard error.</summary>
    public void Notice(string text)
    {
        lock (_lock)
        {
            ClearStatus();
            OnOutput(() => _live?.Erase());
            _error.WriteLine(TerminalText.Harmless(text, keepsColor: true));
            OnOutput(() => _live?.Redraw());
        }
    }

    /// <summary>
    /// Says what is being done on one line of standard error that goes away again; null takes it away. Nothing where nobody
    /// watches standard error.
    /// </summary>
    public void Status(string? text)
    {
        if (!IsErrorTerminal) return;
        lock (_lock)
        {
            ClearStatus();
            if (text is null) return;
            text = TerminalText.Harmless(text);
            _status = text.Length < Width ? text : text[..(Width - 1)];
            _error.Write(_status);
            _error.Flush();
        }
    }

    /// <summary>Prints a failure: what happened, where, and what to do.</summary>
    public void Error(string what, string? where, string? fix)
    {
        Notice(Labelled("error", what, "\e[1;31m")
            + (where is null ? "" : "\n" + Labelled("where", where, "\e[1m"))
            + (fix is null ? "" : "\n" + Labelled("fix", fix, "\e[1m")));
    }

    /// <summary>Prints a table for people that fits the width; nothing in JSON mode. Columns that hold only numbers are set to the right.</summary>
    public void Table(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (!Json) Line(TextTable.Render(headers, rows, Width, HasColor));
    }

    /// <summary>Prints names with their values, one a line, for people; nothing in JSON mode.</summary>
    public void Facts(IReadOnlyList<(string Name, string Value)> facts)
    {
        var nameWidth = facts.Max(f => TextTable.Columns(f.Name));
        foreach (var (name, value) in facts)
            Line($"  {name}{new string(' ', nameWidth - TextTable.Columns(name))}  {value}");
    }

    /// <summary>Begins the live line of a long job. Dispose it when the job ends.</summary>
    public LiveProgress StartProgress(TimeProvider? time = null)
    {
        var live = new LiveProgress(this, _lock, time ?? TimeProvider.System, ended => { if (_live == ended) _live = null; });
        return _live = live;
    }

    /// <summary>Hands over what is still buffered.</summary>
    /// <exception cref="IOException">Standard output takes no more, or took not all of what came before.</exception>
    public void Flush()
    {
        Out.Flush();
        if (_outputFailure is not null) throw new IOException(_outputFailure.Message, _outputFailure);
    }

    public void Dispose() => OnOutput(null);

    /// <summary>Draws and flushes; a failure is kept for <see cref="Flush"/>, since what goes to standard error must still be said.</summary>
    private void OnOutput(Action? draw)
    {
        try
        {
            draw?.Invoke();
            Out.Flush();
        }
        catch (IOException e)
        {
            _outputFailure ??= e;
        }
    }

    private void ClearStatus()
    {
        if (_status is null) return;
        _status = null;
        _error.Write("\r\e[K");
        _error.Flush();
    }

    private string Labelled(string label, string text, string color) => _errorColor ? $"{color}{label}:\e[0m {text}" : $"{label}: {text}";

    private static int WidthOfProcess()
    {
        try
        {
            if (!Console.IsOutputRedirected && Console.WindowWidth > 0) return Console.WindowWidth;
        }
        catch (IOException)
        {
            // Some pseudo-terminals have no size: go on as if there were none.
        }

        return int.TryParse(Environment.GetEnvironmentVariable("COLUMNS"), NumberStyles.None, CultureInfo.InvariantCulture, out var columns) && columns > 0
            ? columns
            : RedirectedWidth;
    }
}

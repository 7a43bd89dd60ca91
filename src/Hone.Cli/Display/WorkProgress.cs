using System.Diagnostics;
using System.Globalization;
using Hone.Data;

namespace Hone.Cli;

/// <summary>
/// Counts the work of a verb that takes longer than a second: one line of standard error that is drawn anew where a person
/// watches, and a plain line every ten seconds elsewhere. Dispose it when the work ends.
/// </summary>
internal sealed class WorkProgress : IDisposable
{
    private static readonly TimeSpan s_quietStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_plainLine = TimeSpan.FromSeconds(10);

    private readonly CliConsole _console;
    private readonly string _what;
    private readonly string _unit;
    private readonly int? _total;
    private readonly long _start = Stopwatch.GetTimestamp();
    private TimeSpan _next;

    /// <param name="console">Where it is shown.</param>
    /// <param name="what">What is being done: <c>tokenizing</c>.</param>
    /// <param name="unit">What is counted: <c>rows</c>.</param>
    /// <param name="total">How many there are; null when that is not known.</param>
    /// <param name="isQuiet">Whether to say nothing, since the results run over the screen themselves.</param>
    public WorkProgress(CliConsole console, string what, string unit, int? total = null, bool isQuiet = false)
    {
        _console = console;
        _what = what;
        _unit = unit;
        _total = total;
        _next = isQuiet ? TimeSpan.MaxValue : console.IsErrorTerminal ? s_quietStart : s_plainLine;
    }

    /// <summary>Time since the work began.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>So many are done: call it as often as it pleases.</summary>
    public void Report(int done, string? more = null)
    {
        var elapsed = Elapsed;
        if (elapsed < _next) return;
        var text = string.Create(CultureInfo.InvariantCulture, $"{_what}: {done:N0}{(_total is { } n ? $" of {n:N0}" : "")} {_unit}");
        if (more is not null) text += ", " + more;
        if (done > 0 && _total is { } total && total > done) text += $", {Time((total - done) * (elapsed / done))} left";
        Show(text);
    }

    /// <summary>So many rows are read, with their rate.</summary>
    public void Report(LoadProgress progress)
    {
        // The text is made only when it is shown.
        if (Elapsed < _next) return;
        if (progress.Files is { } files)
        {
            Show($"{files.What}: {ByteCount.Text(files.Bytes)} of {ByteCount.Text(files.Total)}");
            return;
        }

        var seconds = Math.Max(Elapsed.TotalSeconds, 1e-9);
        Report(progress.Rows, $"{Figures.Count(progress.Rows / seconds)} rows/s, {Figures.Count(progress.Tokens / seconds)} tokens/s");
    }

    public void Dispose() => _console.Status(null);

    private void Show(string text)
    {
        _next = Elapsed + (_console.IsErrorTerminal ? s_redraw : s_plainLine);
        if (_console.IsErrorTerminal) _console.Status(text);
        else _console.Notice(text);
    }

    private static string Time(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}

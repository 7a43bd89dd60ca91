using System.Diagnostics;
using System.Globalization;
using Hone.Hub;

namespace Hone.Cli;

/// <summary>Shows downloads as they go: one line of standard error that is drawn anew at a terminal, and a plain line every ten seconds elsewhere.</summary>
internal sealed class DownloadDisplay
{
    private static readonly TimeSpan s_quietStart = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_redraw = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_plainLine = TimeSpan.FromSeconds(10);

    private readonly CliConsole _console;
    private string? _repository;
    private long _start;
    private long _firstDone;
    private TimeSpan _next;

    private DownloadDisplay(CliConsole console) => _console = console;

    /// <summary>The way to hubs, with what happens on it shown.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="useHf">Whether ids without a prefix are Hugging Face's, else ModelScope's.</param>
    public static HubAccess Access(CliConsole console, bool useHf)
    {
        var display = new DownloadDisplay(console);
        return new HubAccess(HubOptions.FromEnvironment() with { DefaultSite = useHf ? HubSite.HuggingFace : HubSite.ModelScope })
        {
            Progress = display.Report,
            Notice = console.Notice,
        };
    }

    private void Report(DownloadProgress progress)
    {
        if (_repository != progress.Repository || progress.Done < _firstDone)
            (_repository, _start, _firstDone, _next) = (progress.Repository, Stopwatch.GetTimestamp(), progress.Done, s_quietStart);
        var elapsed = Stopwatch.GetElapsedTime(_start);
        if (progress.Done == progress.Total)
        {
            _console.Status(null);
            if (elapsed > s_plainLine) _console.Notice($"downloaded {progress.Repository}: {ByteCount.Text(progress.Total)} in {Figures.Duration(elapsed)}");
            _repository = null;
            return;
        }

        if (elapsed < _next) return;
        _next = elapsed + (_console.IsErrorTerminal ? s_redraw : s_plainLine);
        var rate = (progress.Done - _firstDone) / Math.Max(elapsed.TotalSeconds, 0.001);
        var text = $"downloading {progress.Repository}: {progress.File}, {ByteCount.Text(progress.Done)} of {ByteCount.Text(progress.Total)}";
        if (rate > 1)
            text += string.Create(CultureInfo.InvariantCulture, $", {ByteCount.Text((long)rate)}/s, {Figures.Duration(TimeSpan.FromSeconds((progress.Total - progress.Done) / rate))} left");
        if (_console.IsErrorTerminal) _console.Status(text);
        else _console.Notice(text);
    }
}

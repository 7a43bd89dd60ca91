namespace Hone.Cli;

/// <summary>
/// The line that follows a training run. On a terminal it is one line, drawn anew at most ten times a second; in a file
/// or a pipe it is one plain line for each call of <see cref="Log"/>, and nothing for <see cref="Step"/>.
/// </summary>
internal sealed class LiveProgress : IDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly CliConsole _console;
    private readonly Lock _lock;
    private readonly TimeProvider _time;
    private readonly Action<LiveProgress> _ended;
    private readonly ProgressLine _line = new();
    private StepProgress _last;
    private long _drawnAt;
    private bool _hasLast;
    private bool _isDrawn;

    internal LiveProgress(CliConsole console, Lock consoleLock, TimeProvider time, Action<LiveProgress> ended)
    {
        _console = console;
        _lock = consoleLock;
        _time = time;
        _ended = ended;
    }

    private bool IsLive => _console is { IsTerminal: true, Json: false };

    /// <summary>A step is done: call it after each one.</summary>
    public void Step(in StepProgress progress)
    {
        if (!IsLive) return;
        lock (_lock)
        {
            _last = progress;
            _hasLast = true;
            if (_drawnAt != 0 && _time.GetElapsedTime(_drawnAt) < s_interval) return;
            _drawnAt = _time.GetTimestamp();
            Redraw();
            _console.Out.Flush();
        }
    }

    /// <summary>A step that is due for logging is done: call it after <see cref="Step"/>. Stays in a redirected output.</summary>
    public void Log(in StepProgress progress)
    {
        if (IsLive || _console.Json) return;
        lock (_lock)
        {
            _console.Out.Write(_line.Format(progress, int.MaxValue));
            _console.Out.Write('\n');
            _console.Out.Flush();
        }
    }

    /// <summary>Leaves the last line standing.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_hasLast)
            {
                Redraw();
                _console.Out.Write('\n');
                _console.Out.Flush();
            }

            _hasLast = false;
            _isDrawn = false;
            _ended(this);
        }
    }

    /// <summary>Clears the line so that something else can be printed; the caller holds the console's lock.</summary>
    internal void Erase()
    {
        if (_isDrawn) _console.Out.Write("\r\e[K");
        _isDrawn = false;
    }

    /// <summary>Draws the last step; the caller holds the console's lock.</summary>
    internal void Redraw()
    {
        if (!_hasLast) return;
        _console.Out.Write('\r');
        // One column stays free: a full line would wrap on some terminals.
        _console.Out.Write(_line.Format(_last, _console.Width - 1));
        _console.Out.Write("\e[K");
        _isDrawn = true;
    }
}

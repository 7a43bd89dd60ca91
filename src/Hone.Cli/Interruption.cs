using System.Runtime.InteropServices;

namespace Hone.Cli;

/// <summary>
/// Turns Ctrl-C and SIGTERM into cancelled tokens, so that a run can finish its step, or only its micro-batch, and save. One
/// more than there are messages for ends the process at once with 130.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The shell's code for a process that SIGINT ended.</summary>
    public const int ExitCode = 130;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenSource _urgent = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CliConsole _console;
    private readonly Action<int> _exit;
    private string? _message;
    private string? _urgentMessage;
    private int _answered;

    /// <param name="console">Where the message goes.</param>
    /// <param name="exit">Ends the process; tests pass their own.</param>
    public Interruption(CliConsole console, Action<int>? exit = null)
    {
        _console = console;
        _exit = exit ?? Environment.Exit;
        if (exit is not null) return;
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGINT, PosixSignal.SIGTERM])
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (signal == PosixSignal.SIGINT && _console.InterruptHandler?.Invoke() == true) return;
                Request();
            }));
        }
    }

    /// <summary>Cancelled by the first interrupt.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Cancelled by the second interrupt, when there is a message for it.</summary>
    public CancellationToken UrgentToken => _urgent.Token;

    /// <summary>Says what interrupts will mean from now on.</summary>
    /// <param name="message">What to say at the first; null to leave without waiting.</param>
    /// <param name="urgentMessage">What to say at the second; null to leave without waiting.</param>
    /// <returns>False when one came before, and was answered with what was said until now.</returns>
    public bool Expect(string? message, string? urgentMessage = null)
    {
        lock (_lock)
        {
            (_message, _urgentMessage) = (message, urgentMessage);
            return _answered == 0;
        }
    }

    /// <summary>Does what a signal does.</summary>
    public void Request()
    {
        CancellationTokenSource? source = null;
        lock (_lock)
        {
            if (_answered switch { 0 => _message, 1 => _urgentMessage, _ => null } is { } message)
            {
                _console.Notice(message);
                source = _answered++ == 0 ? _source : _urgent;
            }
        }

        // Outside the lock: what is cancelled may ask, on any thread, what interrupts mean.
        if (source is null) _exit(ExitCode);
        else source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
        _urgent.Dispose();
    }
}

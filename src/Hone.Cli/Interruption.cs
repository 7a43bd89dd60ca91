using System.Runtime.InteropServices;

namespace Hone.Cli;

/// <summary>
/// Turns Ctrl-C and SIGTERM into a cancelled token, so that a run can finish its step and save. The second one, or the
/// first while nothing asked to be waited for, ends the process at once with 130.
/// </summary>
internal sealed class Interruption : IDisposable
{
    /// <summary>The shell's code for a process that SIGINT ended.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly CliConsole _console;
    private readonly Action<int> _exit;

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
                Request();
            }));
        }
    }

    /// <summary>Cancelled by the first interrupt.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>What to say then; null to leave without waiting.</summary>
    public string? Message { get; set; }

    /// <summary>Does what a signal does.</summary>
    public void Request()
    {
        if (Message is null || _source.IsCancellationRequested)
        {
            _exit(ExitCode);
            return;
        }

        _console.Notice(Message);
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}

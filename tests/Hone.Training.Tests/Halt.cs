namespace Hone.Training.Tests;

/// <summary>Stops a run at a place, or with (-1, -1) at the first chance.</summary>
internal sealed class Halt(int step, int micro) : ITrainingObserver, IDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly CancellationTokenSource now = new();

    public CancellationToken Step => stop.Token;

    public CancellationToken Now => now.Token;

    public void MicroBatchCompleted(int running, int index, int count)
    {
        if (micro < 0 || (running == step + 1 && index == micro)) now.Cancel();
    }

    public void StepCompleted(in StepReport report)
    {
        if (micro == 0 && report.Step == step) stop.Cancel();
    }

    public void Dispose()
    {
        stop.Dispose();
        now.Dispose();
    }
}

using System.Runtime.ExceptionServices;

namespace Hone.Data.Streaming;

/// <summary>Goes through a sequence on a thread of its own, some items ahead of the one who takes them.</summary>
internal sealed class ReadAhead<T> : IDisposable
{
    private readonly Queue<T> ready = new();
    private readonly Func<T, long> sizeOf;
    private readonly long limit;
    private readonly CancellationTokenSource stop = new();
    private readonly Thread reader;
    private long size;
    private bool ended;
    private ExceptionDispatchInfo? failure;

    /// <summary>Begins to read.</summary>
    /// <param name="source">The items; asked to end early by the token.</param>
    /// <param name="sizeOf">How large an item is.</param>
    /// <param name="limit">While more than this waits to be taken, nothing is read.</param>
    public ReadAhead(Func<CancellationToken, IEnumerable<T>> source, Func<T, long> sizeOf, long limit)
    {
        (this.sizeOf, this.limit) = (sizeOf, limit);
        reader = new Thread(() => Read(source)) { IsBackground = true, Name = "hone rows" };
        reader.Start();
    }

    /// <summary>Waits for the next item; false behind the last.</summary>
    /// <exception cref="Exception">What ended the sequence, once all before it is taken.</exception>
    public bool Next(out T item)
    {
        lock (ready)
        {
            while (ready.Count == 0 && !ended) Monitor.Wait(ready);
            if (ready.TryDequeue(out item!))
            {
                size -= sizeOf(item);
                Monitor.PulseAll(ready);
                return true;
            }
        }

        failure?.Throw();
        return false;
    }

    /// <summary>Ends the reading.</summary>
    public void Dispose()
    {
        lock (ready)
        {
            stop.Cancel();
            Monitor.PulseAll(ready);
        }

        // One that waits for a pipe that nobody writes to is left to the end of the process.
        if (reader.Join(TimeSpan.FromSeconds(1))) stop.Dispose();
    }

    private void Read(Func<CancellationToken, IEnumerable<T>> source)
    {
        var token = stop.Token;
        try
        {
            foreach (var item in source(token))
            {
                if (!Hand(item)) break;
            }
        }
        catch (Exception e)
        {
            failure = ExceptionDispatchInfo.Capture(e);
        }

        lock (ready)
        {
            ended = true;
            Monitor.PulseAll(ready);
        }
    }

    private bool Hand(T item)
    {
        lock (ready)
        {
            while (size > limit && !stop.IsCancellationRequested) Monitor.Wait(ready);
            if (stop.IsCancellationRequested) return false;
            ready.Enqueue(item);
            size += sizeOf(item);
            Monitor.PulseAll(ready);
            return true;
        }
    }
}

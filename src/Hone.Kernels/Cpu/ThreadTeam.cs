using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Hone.Kernels.Cpu;

/// <summary>Work that is cut into items by the size of the data, never by the number of threads.</summary>
internal interface ITeamJob
{
    /// <summary>Does one item. Items may run in any order and on any thread; <paramref name="thread"/> picks scratch memory.</summary>
    void Execute(int item, int thread);
}

/// <summary>
/// A team of dedicated threads, the caller being number 0. Threads take items from a shared counter, so a core that is
/// slowed down by a neighbour takes fewer. A worker that has not even woken up when the work is done is not waited for: on
/// a busy machine a small job costs no more than on one thread. Workers spin for a while after a job and then park. A worker
/// that finds itself on the processor of another thread of the team goes to one that no thread of the team has: on the Linux machine
/// where this was measured, workers that had slept often woke up beside the caller and stayed there, so that two threads did
/// less than one alone. A dispatch allocates nothing.
/// </summary>
internal sealed unsafe class ThreadTeam : IDisposable
{
    private const int SpinsBeforePark = 4000;

    /// <summary>Jobs after which a worker that does not sleep looks again whether it has a processor of its own; after each move twice as many.</summary>
    private const int JobsBetweenLooks = 64, MostJobsBetweenLooks = 1 << 16;

    /// <summary>Integers from one worker's to the next one's, so that each has a line of the cache.</summary>
    private const int Apart = 16;

    /// <summary>Low bits of the gate count the workers that joined; above them is the epoch, odd while a job is open.</summary>
    private const int EpochShift = 16;

    private const long NextEpoch = 1L << EpochShift;
    private const long JoinedMask = NextEpoch - 1;

    private readonly Thread[] threads;
    private readonly SemaphoreSlim[] wake;
    private readonly int[] parked;
    private readonly int[] processors;
    private volatile bool stopping;
    private delegate*<void*, int, int, void> body;
    private void* state;
    private long gate;
    private int items;
    private int next;
    private int left;
    private int busy;
    private int moves;
    private Exception? failure;

    /// <summary>Starts the workers.</summary>
    /// <param name="count">Threads including the caller, at least 1.</param>
    public ThreadTeam(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, (int)JoinedMask);
        Count = count;
        wake = new SemaphoreSlim[count];
        parked = new int[count * Apart];
        processors = new int[(count + 1) * Apart];
        Array.Fill(processors, Processors.Unknown);
        threads = new Thread[count - 1];
        for (var i = 1; i < count; i++)
        {
            var id = i;
            wake[i] = new SemaphoreSlim(0);
            threads[i - 1] = new Thread(() => Work(id)) { IsBackground = true, Name = $"hone kernel {i}" };
            threads[i - 1].Start();
        }
    }

    /// <summary>Threads, the caller included.</summary>
    public int Count { get; }

    /// <summary>How often a worker left a processor that another thread of the team had.</summary>
    public int Moves => Volatile.Read(ref moves);

    /// <summary>Runs the items of a job on all threads and waits for them. Not reentrant. What an item throws comes out as it is.</summary>
    /// <exception cref="ObjectDisposedException">The team is gone, and with it the memory that its ops share.</exception>
    /// <exception cref="InvalidOperationException">Another job is running.</exception>
    public void Run<TJob>(int itemCount, in TJob job)
        where TJob : unmanaged, ITeamJob
    {
        ObjectDisposedException.ThrowIf(stopping, this);
        if (itemCount <= 0) return;
        if (Interlocked.Exchange(ref busy, 1) != 0)
            throw new InvalidOperationException("Two callers used one kernel object at the same time; give each its own.");
        try
        {
            RunAlone(itemCount, job);
        }
        finally
        {
            Volatile.Write(ref busy, 0);
        }
    }

    /// <summary>Ends the workers.</summary>
    public void Dispose()
    {
        if (stopping) return;
        stopping = true;
        for (var i = 1; i < Count; i++) wake[i].Release();
        foreach (var t in threads) t.Join();
        for (var i = 1; i < Count; i++) wake[i].Dispose();
    }

    private void RunAlone<TJob>(int itemCount, TJob copy)
        where TJob : unmanaged, ITeamJob
    {
        if (Count == 1 || itemCount == 1)
        {
            for (var i = 0; i < itemCount; i++) copy.Execute(i, 0);
            return;
        }

        ProcessorOf(0) = Processors.Current;
        body = &Invoke<TJob>;
        state = &copy;
        items = itemCount;
        next = left = 0;
        Interlocked.Exchange(ref gate, (gate & ~JoinedMask) + NextEpoch);
        for (var i = 1; i < Count; i++)
        {
            if (Volatile.Read(ref parked[i * Apart]) == 1 && Interlocked.Exchange(ref parked[i * Apart], 0) == 1) wake[i].Release();
        }

        TakeItems(0);
        var joined = (int)((Interlocked.Add(ref gate, NextEpoch) - NextEpoch) & JoinedMask);
        for (var spins = 0; Volatile.Read(ref left) != joined; spins++)
        {
            if (spins > 2000) Thread.Yield();
            else Thread.SpinWait(10);
        }

        if (Interlocked.Exchange(ref failure, null) is { } e) ExceptionDispatchInfo.Throw(e);
    }

    private static void Invoke<TJob>(void* state, int item, int thread)
        where TJob : unmanaged, ITeamJob => Unsafe.AsRef<TJob>(state).Execute(item, thread);

    private void TakeItems(int thread)
    {
        try
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < items;) body(state, i, thread);
        }
        catch (Exception e)
        {
            // Also on the caller's thread: the job lies on its stack, so Run must not leave before the workers have.
            Interlocked.CompareExchange(ref failure, e, null);
            Volatile.Write(ref next, items);
        }
    }

    private void Work(int id)
    {
        long done = 0;
        var (jobsToLook, jobsBetweenLooks) = (0, JobsBetweenLooks);
        while (!stopping)
        {
            for (var spins = 0; !IsOpen(done) && !stopping && spins < SpinsBeforePark; spins++) Thread.SpinWait(10);
            if (!IsOpen(done))
            {
                Park(id, done);
                jobsToLook = 0;
            }

            // Before it joins: nobody waits for a worker that is under way to another processor.
            ProcessorOf(id) = Processors.Current;
            if (jobsToLook-- <= 0)
            {
                jobsBetweenLooks = FindOwnProcessor(id) ? Math.Min(2 * jobsBetweenLooks, MostJobsBetweenLooks) : JobsBetweenLooks;
                jobsToLook = jobsBetweenLooks;
            }

            if (Join(done) is not { } epoch) continue;
            done = epoch;
            TakeItems(id);
            Interlocked.Increment(ref left);
        }
    }

    /// <summary>Whether there is a job that this worker has not taken part in.</summary>
    private bool IsOpen(long done)
    {
        var epoch = Volatile.Read(ref gate) >> EpochShift;
        return (epoch & 1) == 1 && epoch != done;
    }

    /// <summary>Joins the open job and gives its epoch; null when there is none but the one that is done.</summary>
    private long? Join(long done)
    {
        while (true)
        {
            var seen = Volatile.Read(ref gate);
            var epoch = seen >> EpochShift;
            if ((epoch & 1) == 0 || epoch == done) return null;
            if (Interlocked.CompareExchange(ref gate, seen + 1, seen) == seen) return epoch;
        }
    }

    /// <summary>Where a thread was seen last, in a line of the cache that is neither another thread's nor that of the array's length.</summary>
    private ref int ProcessorOf(int id) => ref processors[(id + 1) * Apart];

    /// <summary>Leaves a processor that the caller or an earlier worker has, and says so. With more threads than processors there is nowhere to go.</summary>
    private bool FindOwnProcessor(int id)
    {
        var own = ProcessorOf(id);
        if (own == Processors.Unknown || Count > Environment.ProcessorCount) return false;
        Span<int> taken = stackalloc int[Count];
        for (var i = 0; i < Count; i++) taken[i] = Volatile.Read(ref ProcessorOf(i));
        if (!taken[..id].Contains(own) || !Processors.MoveFrom(taken)) return false;
        ProcessorOf(id) = Processors.Current;
        Interlocked.Increment(ref moves);
        return true;
    }

    private void Park(int id, long done)
    {
        ProcessorOf(id) = Processors.Unknown;
        Interlocked.Exchange(ref parked[id * Apart], 1);
        if (!IsOpen(done) && !stopping)
        {
            wake[id].Wait();
        }
        else if (Interlocked.Exchange(ref parked[id * Apart], 0) == 0)
        {
            // The caller saw the flag and has released, or is about to.
            wake[id].Wait();
        }
    }
}

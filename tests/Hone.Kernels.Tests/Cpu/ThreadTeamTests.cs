using Hone.Kernels.Cpu;

namespace Hone.Kernels.Tests.Cpu;

public sealed unsafe class ThreadTeamTests
{
    private const int MostProcessors = 8192;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_item_runs_once(int threads)
    {
        using var team = new ThreadTeam(threads);
        var counts = stackalloc int[1000];
        for (var round = 1; round <= 200; round++)
        {
            team.Run(1000, new CountJob { Counts = counts });
            for (var i = 0; i < 1000; i++) Assert.Equal(round, counts[i]);
        }
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(4, 500)]
    [InlineData(4, 999)]
    [InlineData(1, 500)]
    public void A_failing_item_is_reported_after_all_threads_have_left_the_job(int threads, int failing)
    {
        using var team = new ThreadTeam(threads);
        var running = stackalloc int[1];
        for (var round = 0; round < 50; round++)
        {
            *running = 0;
            Assert.Throws<InvalidDataException>(() => team.Run(1000, new FailJob { Failing = failing, Running = running }));
            Assert.Equal(0, *running);
        }

        var counts = stackalloc int[100];
        team.Run(100, new CountJob { Counts = counts });
        for (var i = 0; i < 100; i++) Assert.Equal(1, counts[i]);
    }

    [Fact]
    public void A_thread_moves_from_a_taken_processor_and_may_come_back()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && AllowedProcessors() > 1 && Environment.ProcessorCount > 1, "one processor, or not Linux");
        var allowed = Allowed();
        var moved = 0;
        for (var i = 0; i < 20; i++)
        {
            var before = Processors.Current;
            Assert.True(Processors.MoveFrom([before, Processors.Unknown]));
            if (Processors.Current != before) moved++;
        }

        // Between the move and the look, Linux may have moved it back.
        Assert.NotEqual(0, moved);
        Assert.Equal(allowed, Allowed());
    }

    [Fact]
    public void A_thread_stays_where_it_is_when_every_processor_is_taken()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "not Linux");
        var allowed = Allowed();
        Assert.False(Processors.MoveFrom([.. Enumerable.Range(0, MostProcessors)]));
        Assert.Equal(allowed, Allowed());
    }

    [Fact]
    public void A_worker_that_is_put_on_the_callers_processor_leaves_it()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && AllowedProcessors() > 1 && Environment.ProcessorCount > 1, "one processor, or not Linux");
        using var team = new ThreadTeam(2);
        int* places = stackalloc int[2], arrived = stackalloc int[1];

        // Linux itself may part them before the worker looks, but not a million times.
        for (var job = 0; team.Moves == 0; job++)
        {
            Assert.InRange(job, 0, 1_000_000);
            *arrived = 0;
            team.Run(2, new CrowdJob { Arrived = arrived, Places = places });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_team_that_is_gone_runs_nothing(int threads)
    {
        var team = new ThreadTeam(threads);
        team.Dispose();
        var counts = stackalloc int[2];
        Assert.Throws<ObjectDisposedException>(() => team.Run(2, new CountJob { Counts = counts }));
        Assert.Equal(0, counts[0] + counts[1]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_second_caller_is_refused_while_a_job_runs(int threads)
    {
        using var team = new ThreadTeam(threads);
        var state = stackalloc int[2];
        var address = (nint)state;
        var first = new Thread(() => team.Run(2, new HoldJob { State = (int*)address }));
        first.Start();
        while (Volatile.Read(ref state[0]) == 0) Thread.Yield();
        try
        {
            Assert.Throws<InvalidOperationException>(() => team.Run(1, new HoldJob { State = (int*)address }));
        }
        finally
        {
            Volatile.Write(ref state[1], 1);
            first.Join();
        }

        team.Run(2, new HoldJob { State = state });
    }

    private static int AllowedProcessors() => Allowed().Split(':')[1].Where(char.IsAsciiHexDigit).Sum(digit => int.PopCount(Convert.ToInt32(digit.ToString(), 16)));

    private static string Allowed() => File.ReadLines("/proc/thread-self/status").Single(line => line.StartsWith("Cpus_allowed:", StringComparison.Ordinal));

    private struct HoldJob : ITeamJob
    {
        public int* State;

        public readonly void Execute(int item, int thread)
        {
            Volatile.Write(ref State[0], 1);
            while (Volatile.Read(ref State[1]) == 0) Thread.Yield();
        }
    }

    private struct CountJob : ITeamJob
    {
        public int* Counts;

        public readonly void Execute(int item, int thread) => Interlocked.Increment(ref Counts[item]);
    }

    private struct FailJob : ITeamJob
    {
        public int Failing;
        public int* Running;

        public readonly void Execute(int item, int thread)
        {
            Interlocked.Increment(ref *Running);
            try
            {
                Thread.SpinWait(50);
                if (item == Failing) throw new InvalidDataException("on purpose");
            }
            finally
            {
                Interlocked.Decrement(ref *Running);
            }
        }
    }

    /// <summary>Both threads take part, and the worker goes to the caller's processor.</summary>
    private struct CrowdJob : ITeamJob
    {
        public int* Arrived;
        public int* Places;

        public readonly void Execute(int item, int thread)
        {
            Volatile.Write(ref Places[thread], Processors.Current);
            Interlocked.Increment(ref *Arrived);
            while (Volatile.Read(ref *Arrived) < 2) Thread.Yield();
            if (thread == 0) return;
            var caller = Places[0];
            _ = Processors.MoveFrom([.. Enumerable.Range(0, MostProcessors).Where(p => p != caller)]);
        }
    }
}

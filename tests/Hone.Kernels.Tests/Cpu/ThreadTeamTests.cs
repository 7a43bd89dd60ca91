using Hone.Kernels.Cpu;

namespace Hone.Kernels.Tests.Cpu;

public sealed unsafe class ThreadTeamTests
{
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
}

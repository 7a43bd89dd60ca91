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
    [InlineData(0)]
    [InlineData(500)]
    [InlineData(999)]
    public void A_failing_item_is_reported_after_all_threads_have_left_the_job(int failing)
    {
        using var team = new ThreadTeam(4);
        var running = stackalloc int[1];
        for (var round = 0; round < 50; round++)
        {
            *running = 0;
            Assert.Throws<InvalidOperationException>(() => team.Run(1000, new FailJob { Failing = failing, Running = running }));
            Assert.Equal(0, *running);
        }

        var counts = stackalloc int[100];
        team.Run(100, new CountJob { Counts = counts });
        for (var i = 0; i < 100; i++) Assert.Equal(1, counts[i]);
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

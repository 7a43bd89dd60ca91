namespace Hone.Training.Tests;

public sealed class TrainerAllocationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_step_allocates_no_managed_memory_after_warm_up(bool lora)
    {
        var meter = new Meter();
        var settings = TinyRun.Settings with { NumTrainEpochs = 1, LoggingSteps = 1000, LoggingFirstStep = false, GradientAccumulationSteps = 2 };
        using var run = new TinyRun(settings, lora: lora, rows: TinyRun.Rows(41), observer: meter);
        run.Run();
        Assert.Equal(21, meter.Allocated.Count);

        // Every step but the first, which makes what later ones use again, and the last, which logs.
        Assert.All(meter.Allocated[2..], bytes => Assert.Equal(0, bytes));
    }

    private sealed class Meter : ITrainingObserver
    {
        private long before;

        /// <summary>Bytes between the end of the step before and the end of each step.</summary>
        public List<long> Allocated { get; } = new(100);

        public void StepCompleted(in StepReport report)
        {
            var now = GC.GetAllocatedBytesForCurrentThread();
            Allocated.Add(now - before);
            before = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}

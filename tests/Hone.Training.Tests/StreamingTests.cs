using Hone.Data;
using Hone.Data.Sources;
using Hone.Data.Streaming;
using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A run on rows that are read as it goes on: it learns the same, resumes with the same bits, and holds no more than was planned.</summary>
public sealed class StreamingTests : IDisposable
{
    private const int PackingLength = 20;

    private readonly TemporaryFolder folder = new();
    private readonly string data;

    public StreamingTests() => data = WriteRows(40);

    public void Dispose() => folder.Dispose();

    private static SftSettings Settings => TinyRun.Settings with
    {
        Streaming = true,
        MaxSteps = 40,
        MaxLength = PackingLength,
        ShuffleBufferSize = 12,
        GradientAccumulationSteps = 3,
        LoggingSteps = 2,
        SplitDatasetRatio = 0,
        Strict = false,
    };

    [Fact]
    public void Unshuffled_rows_are_learned_as_if_they_were_all_there()
    {
        var settings = Settings with { Shuffle = false, MaxSteps = 10, GradientAccumulationSteps = 4, LearningRate = 0.01, LrSchedulerType = LrSchedulerType.Constant };
        using var stream = Open(settings);
        using var streamed = new TinyRun(settings, stream: stream);
        var rows = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 24 }).Load([(data, null)], cancellation: TestContext.Current.CancellationToken);
        using var whole = new TinyRun(settings with { Streaming = false }, rows: rows.Samples);
        var (a, b) = (streamed.Run(), whole.Run());
        Assert.Equal(b.LogHistory.Select(e => e["loss"]), a.LogHistory.Select(e => e["loss"]));
        Assert.Equal(whole.Bits(), streamed.Bits());
        Assert.Equal(40, a.Streamed!.Value.Samples);
        Assert.Equal(40, a.LogHistory[^1]["rows_read"]);
        Assert.Equal(PackingLength, streamed.Trainer.Plan.MaxTokens);
    }

    // Steps of 3 micro-batches; 40 rows a pass: within a pass, at its end, behind it, in the middle of a step, of the buffer and of a window of packs.
    public static TheoryData<bool, int, int> Places()
    {
        var places = new TheoryData<bool, int, int>();
        foreach (var packing in (bool[])[false, true])
        {
            foreach (var (step, micro) in ((int, int)[])[(1, 0), (4, 0), (13, 0), (14, 0), (27, 0), (0, 1), (5, 2), (13, 1), (26, 2), (33, 1)]) places.Add(packing, step, micro);
        }

        return places;
    }

    [Theory]
    [MemberData(nameof(Places))]
    public void A_resumed_run_equals_the_uninterrupted_one(bool packing, int step, int micro)
    {
        var settings = Settings with { Packing = packing, EvalStrategy = IntervalStrategy.Steps, EvalSteps = 7 };
        var validation = TinyRun.Rows(4, from: 100);
        using var all = Open(settings);
        using var whole = new TinyRun(settings, validation: validation, packingLength: PackingLength, stream: all);
        var expected = whole.Run();

        string checkpoint;
        using (var halt = new Halt(step, micro))
        using (var part = Open(settings))
        using (var first = new TinyRun(settings, folder.PathOf("run"), observer: halt, validation: validation, packingLength: PackingLength, stream: part))
        {
            var result = first.Trainer.Run(halt.Step, halt.Now);
            Assert.True(result.Interrupted);
            checkpoint = result.LastModelCheckpoint!;
            Assert.EndsWith(micro == 0 ? $"checkpoint-{step}" : $"checkpoint-{step}-micro-{micro}", checkpoint);
        }

        using var rest = Open(settings);
        using var second = new TinyRun(settings, folder.PathOf("run"), resume: checkpoint, validation: validation, packingLength: PackingLength, stream: rest);
        var resumed = second.Run();
        TrainerLawTests.AssertSameBits(expected.LogHistory, resumed.LogHistory);
        Assert.Equal(whole.Bits(), second.Bits());
        Assert.Equal(expected.Streamed, resumed.Streamed);
    }

    [Fact]
    public void Stopping_at_every_micro_batch_changes_nothing()
    {
        var settings = Settings with { MaxSteps = 5, Packing = true };
        using var all = Open(settings);
        using var whole = new TinyRun(settings, packingLength: PackingLength, stream: all);
        var expected = whole.Run();
        string? checkpoint = null;
        for (var part = 0; part < 40; part++)
        {
            using var halt = new Halt(-1, -1);
            using var stream = Open(settings);
            using var run = new TinyRun(settings, folder.PathOf("run"), resume: checkpoint, observer: halt, packingLength: PackingLength, stream: stream);
            var result = run.Trainer.Run(halt.Step, halt.Now);
            checkpoint = result.LastModelCheckpoint;
            if (result.Interrupted) continue;
            TrainerLawTests.AssertSameBits(expected.LogHistory, result.LogHistory);
            Assert.Equal(whole.Bits(), run.Bits());
            return;
        }

        Assert.Fail("the run never ended");
    }

    [Fact]
    public void Another_buffer_size_or_data_set_is_another_run()
    {
        using var stream = Open(Settings);
        using var halt = new Halt(2, 0);
        using (var first = new TinyRun(Settings, folder.PathOf("run"), observer: halt, stream: stream)) first.Trainer.Run(halt.Step, halt.Now);
        var checkpoint = folder.PathOf("run/checkpoint-2");
        var other = Settings with { ShuffleBufferSize = 13 };
        using var otherStream = Open(other);
        Assert.Contains("shuffle_buffer_size: 12 → 13", Assert.Throws<HoneException>(() => new TinyRun(other, folder.PathOf("run"), resume: checkpoint, stream: otherStream)).Message);
        using var otherData = Open(Settings, WriteRows(7));
        Assert.Contains("training rows", Assert.Throws<HoneException>(() => new TinyRun(Settings, folder.PathOf("run"), resume: checkpoint, stream: otherData)).Message);
        Assert.Contains("training rows", Assert.Throws<HoneException>(() => new TinyRun(Settings, folder.PathOf("run"), resume: checkpoint)).Message);
    }

    [Fact]
    public void Rows_that_cannot_be_used_are_told_counted_and_logged()
    {
        File.AppendAllText(data, "broken\n");
        var warnings = new Warnings();
        var settings = Settings with { Shuffle = false, MaxSteps = 41 };
        using var stream = Open(settings);
        using var run = new TinyRun(settings, observer: warnings, stream: stream);
        var result = run.Run();

        // 123 rows are trained on: the file was read three times, and the broken row with it.
        Assert.Equal(3, result.Streamed!.Value.Rejected);
        Assert.Equal(3, result.LogHistory[^1]["rows_left_out"]);
        Assert.Equal(3, warnings.Heard.Count);
        Assert.All(warnings.Heard, w => Assert.Contains("data-40.jsonl:41: not JSON", w));
    }

    [Fact]
    public void A_step_allocates_no_managed_memory_on_the_thread_that_trains()
    {
        var meter = new Meter();
        var settings = Settings with { LoggingSteps = 1000, LoggingFirstStep = false };
        using var stream = Open(settings);
        using var run = new TinyRun(settings, observer: meter, stream: stream);
        run.Run();
        Assert.Equal(40, meter.Allocated.Count);
        Assert.All(meter.Allocated[3..^1], bytes => Assert.Equal(0, bytes));
    }

    private static SampleStream OpenFile(SftSettings settings, string path) =>
        new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 24, MaxLength = settings.MaxLength!.Value }).Stream(RowSources.Of(path), new StreamOptions
        {
            BatchSize = settings.PerDeviceTrainBatchSize,
            PackingLength = settings.Packing ? PackingLength : 0,
            ShuffleBufferSize = settings.Shuffle ? settings.ShuffleBufferSize : 0,
            Seed = 3,
            Strict = settings.Strict,
        }, null);

    private SampleStream Open(SftSettings settings, string? path = null) => OpenFile(settings, path ?? data);

    private string WriteRows(int count) => folder.Write($"data-{count}.jsonl", string.Concat(TinyRun.Rows(count).Select(r =>
        $$"""{"input_ids":[{{string.Join(',', r.Ids)}}],"labels":[{{string.Join(',', r.Ids.Select((id, t) => r.LossWeights[t] > 0 ? id : -100))}}]}""" + "\n")));

    private sealed class Warnings : ITrainingObserver
    {
        public List<string> Heard { get; } = [];

        public void Warned(string message) => Heard.Add(message);
    }

    private sealed class Meter : ITrainingObserver
    {
        private long before;

        public List<long> Allocated { get; } = new(100);

        public void StepCompleted(in StepReport report)
        {
            Allocated.Add(GC.GetAllocatedBytesForCurrentThread() - before);
            before = GC.GetAllocatedBytesForCurrentThread();
        }
    }
}

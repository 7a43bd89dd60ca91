using System.Diagnostics;
using System.Text.Json;
using Hone.Bench.Training;
using Hone.Data;
using Hone.Data.Packing;
using Hone.Data.Sources;
using Hone.Data.Storage;
using Hone.Data.Streaming;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Bench.Rows;

/// <summary>One way to get at the tokens of a file, in this process; the result goes to standard output as JSON.</summary>
internal static class RowsCase
{
    private const int PackingLength = 2048;

    public static int Run(string way, string file, string model, string cache, int threads)
    {
        if (way == "keep" && Directory.Exists(cache)) Directory.Delete(cache, recursive: true);
        var tokenizer = Tokenizer.Load(model);
        var loader = new DatasetLoader(tokenizer, ChatTemplate.FromModelFolder(model), tokenizer.StopIds([]), new DatasetOptions { MaxLength = PackingLength, Threads = threads })
        {
            Cache = way is "keep" or "cached" ? new TokenCache(cache, model, 0) : null,
        };
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var (tokens, seconds, epoch) = way == "streaming" ? Stream(loader, file, model) : Load(loader, file);
        Console.WriteLine(JsonSerializer.Serialize(new RowsResult(tokens, seconds, epoch, ResidentMemory.PeakMegabytes())
        {
            AllocatedBytes = GC.GetTotalAllocatedBytes(precise: true) - allocated,
            PauseSeconds = GC.GetTotalPauseDuration().TotalSeconds,
            ProcessorSeconds = Environment.CpuUsage.TotalTime.TotalSeconds,
        }));
        return 0;
    }

    private static (long Tokens, double Seconds, double Epoch) Load(DatasetLoader loader, string file)
    {
        var start = Stopwatch.GetTimestamp();
        using var data = loader.Load(RowSources.Of(file));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        start = Stopwatch.GetTimestamp();
        var samples = SampleList.Of(data.Samples);
        var lengths = new int[samples.Count];
        for (var i = 0; i < lengths.Length; i++) lengths[i] = samples.SizeOf(i).Length;
        var plan = EpochPlan.Create(lengths, new EpochPlanOptions { PackingLength = PackingLength }, 0);
        var batch = new MicroBatch(PackingLength);
        for (var i = 0; i < plan.MicroBatchCount; i++) plan.Fill(i, samples, batch);
        return (data.Report.Tokens, seconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static (long Tokens, double Seconds, double Epoch) Stream(DatasetLoader loader, string file, string model)
    {
        var rows = File.ReadLines(file).Count();
        var start = Stopwatch.GetTimestamp();
        using var stream = loader.Stream(RowSources.Of(file), new StreamOptions { PackingLength = PackingLength, ShuffleBufferSize = 1000 }, model);
        stream.Start(StreamPosition.Start);
        var batch = new MicroBatch(PackingLength);
        for (; ; )
        {
            var window = stream.Next();
            for (var i = 0; i < window.MicroBatchCount; i++) window.Fill(i, batch);
            if (window.After.Rows >= rows) return (window.After.Tokens, Stopwatch.GetElapsedTime(start).TotalSeconds, 0);
        }
    }
}

using Hone.Bench.Profiling;
using Hone.Bench.Training;
using Hone.Inference;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Models;

namespace Hone.Bench.Decoding;

/// <summary>
/// Greedy decoding, batch 1, from a BF16 checkpoint with random weights: tokens/s, and the bytes of weights that a token reads as a
/// share of what memory gives when it is only read, measured right after each sample of several tokens. Samples wait for a
/// quiet machine, and disturbed ones are left out when three clean ones exist, as in training.
/// </summary>
internal static class DecodeBench
{
    private const int TokensPerSample = 16;

    public static int Run(string[] args)
    {
        if (args is not [var name, ..] || TrainShape.All.FirstOrDefault(s => s.Name == name) is not { } shape)
        {
            Console.Error.WriteLine("usage: hone-bench decode S|M|Q [--model FOLDER] [--samples N] [--prompt TOKENS] [--threads N] [--profile] [--wait SECONDS]");
            return 2;
        }

        var threads = Options.Number(args, "--threads", Environment.ProcessorCount);
        var samples = Options.Number(args, "--samples", 12);
        var prompt = Options.Number(args, "--prompt", 32);
        var wait = Options.Number(args, "--wait", 6);
        using var cpu = new CpuKernels(threads);
        var given = Options.Text(args, "--model");
        var folder = given ?? Directory.CreateTempSubdirectory("hone-bench-").FullName;
        try
        {
            if (given is null) TrainJob.WriteCheckpoint(shape, cpu, folder);
            using var profiling = args.Contains("--profile") ? new ProfilingKernels(cpu, new BenchClock(threads == 1)) : null;
            using var decoder = Decoder.Load(folder, (IKernels?)profiling ?? cpu, trainable: false);
            using var generator = new TextGenerator(decoder, prompt + ((samples + 2) * TokensPerSample));
            var taken = Measure(generator, shape, prompt, samples, threads, wait, profiling);
            var clean = taken.Where(s => s.Foreign < 0.05).ToList();
            Console.WriteLine($"{cpu.Description}; {name}, BF16, prompt of {prompt} tokens, {decoder.MappedBytes / 1e6:F0} MB of weights a token");
            Console.WriteLine($"{clean.Count} of {samples} samples of {TokensPerSample} tokens were undisturbed");
            Print(clean.Count >= 3 ? clean : taken, decoder.MappedBytes);
            Console.WriteLine($"memory: {MachinePeak.MeasureBandwidth(threads):F1} GB/s in MachinePeak's triad of 48 MB, part of which stays in the cache");
            profiling?.Print(Console.Out, samples * TokensPerSample, MachinePeak.MeasureGigaflops(threads), taken.Max(s => s.Reading));
        }
        finally
        {
            if (given is null) Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static List<Sample> Measure(TextGenerator generator, TrainShape shape, int prompt, int samples, int threads, int wait,
        ProfilingKernels? profiling)
    {
        var tokens = new int[prompt];
        for (var i = 0; i < prompt; i++) tokens[i] = (i * 7919) % shape.Vocabulary;
        var done = 0;
        var start = CpuMeter.Read();
        var taken = new List<Sample>();
        var options = new GenerationOptions { Temperature = 0, MaxNewTokens = ((samples + 1) * TokensPerSample) + 1 };
        generator.Generate(tokens, options, _ =>
        {
            if (done++ % TokensPerSample != 0) return;
            if (done > TokensPerSample + 1) taken.Add(Take(start, threads));
            else profiling?.Clear(); // The prompt and the first sample warm up.
            if (threads > 1) CpuMeter.WaitForQuiet(wait);
            start = CpuMeter.Read();
        });
        return taken;
    }

    private static Sample Take(CpuMeter.Reading start, int threads)
    {
        var end = CpuMeter.Read();
        var seconds = threads == 1 ? end.OwnSince(start) : end.SecondsSince(start);
        return new Sample(seconds / TokensPerSample, threads == 1 ? 0 : end.ForeignShareSince(start), MachinePeak.MeasureReadBandwidth(threads));
    }

    private static void Print(List<Sample> samples, long bytes)
    {
        var (seconds, reading) = (Median(samples, s => s.Seconds), Median(samples, s => s.Reading));
        var share = Median(samples, s => bytes / s.Seconds * 1e-9 / s.Reading);
        Console.WriteLine($"median: {1 / seconds:F2} tokens/s, {seconds * 1e3:F2} ms a token, {bytes / seconds * 1e-9:F1} GB/s; reading {reading:F1} GB/s; {100 * share:F0} % of reading");
        Console.WriteLine($"best: {1 / samples.Min(s => s.Seconds):F2} tokens/s, {bytes / samples.Min(s => s.Seconds) * 1e-9:F1} GB/s; reading {samples.Max(s => s.Reading):F1} GB/s");
    }

    private static double Median(List<Sample> samples, Func<Sample, double> value) => samples.Select(value).Order().ElementAt(samples.Count / 2);

    /// <summary>Seconds a token, others' share of the processor, and GB/s of reading just after.</summary>
    private readonly record struct Sample(double Seconds, double Foreign, double Reading);
}

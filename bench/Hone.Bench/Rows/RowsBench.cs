using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hone.Training.Runs.Plots;

namespace Hone.Bench.Rows;

/// <summary>
/// Time, rate and memory against the number of rows: text to tokens as a run does it, with and without the token cache, and streaming.
/// Each case is a process of its own, so that it has a peak of its own.
/// </summary>
internal static class RowsBench
{
    public static int Run(string[] args)
    {
        if (args is ["one", .. var one]) return RowsCase.Run(one[0], one[1], one[2], one[3], int.Parse(one[4], CultureInfo.InvariantCulture));
        if (args is not [var folder, var data, ..])
        {
            Console.Error.WriteLine("usage: hone-bench rows TOKENIZER_FOLDER DATA [--sizes 1000,10000] [--ways tokenize,keep,cached,streaming] [--threads N] [--work FOLDER] [--out FOLDER]");
            return 2;
        }

        var sizes = (Options.Text(args, "--sizes") ?? "1000,10000,100000").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToList();
        var ways = (Options.Text(args, "--ways") ?? "tokenize,keep,cached,streaming").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var threads = Options.Number(args, "--threads", Environment.ProcessorCount);
        var work = Options.Text(args, "--work") ?? Path.Combine(Path.GetTempPath(), "hone-rows");
        Directory.CreateDirectory(work);
        var measured = Path.Combine(work, "measured.jsonl");
        Console.WriteLine($"{"",10} {"rows",9} {"M tokens",9} {"s",8} {"rows/s",9} {"M tokens/s",10} {"epoch s",8} {"peak MB",8} {"CPU s",8} {"pauses s",9} {"KB/row",8}");
        foreach (var size in sizes)
        {
            var file = RowsFile.Make(work, data, size);
            foreach (var way in ways)
            {
                var result = Measure(way, file, folder, Path.Combine(work, "cache"), threads);
                File.AppendAllLines(measured, [JsonSerializer.Serialize(new RowsPoint(way, size, result))]);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{way,10} {size,9} {result.Tokens / 1e6,9:F2} {result.Seconds,8:F2} {size / result.Seconds,9:F0} ")
                    + string.Create(CultureInfo.InvariantCulture, $"{result.Tokens / result.Seconds / 1e6,10:F2} {result.EpochSeconds,8:F2} {result.PeakMegabytes,8} ")
                    + string.Create(CultureInfo.InvariantCulture, $"{result.ProcessorSeconds,8:F2} {result.PauseSeconds,9:F2} {result.AllocatedBytes / 1e3 / size,8:F1}"));
            }
        }

        if (Options.Text(args, "--out") is { } images) Draw(images, [.. File.ReadLines(measured).Select(l => JsonSerializer.Deserialize<RowsPoint>(l)!)]);
        return 0;
    }

    private static RowsResult Measure(string way, string file, string model, string cache, int threads)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(RowsBench).Assembly.Location, "rows", "one", way, file, model, cache, threads.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return JsonSerializer.Deserialize<RowsResult>(output) ?? throw new InvalidDataException(output);
    }

    /// <summary>Pictures of all that was measured in the work folder, the newest of each case: large sizes may be measured at another time.</summary>
    private static void Draw(string folder, List<RowsPoint> points)
    {
        Directory.CreateDirectory(folder);
        foreach (var way in points.GroupBy(p => p.Way))
        {
            var sizes = way.GroupBy(p => p.Rows).OrderBy(g => g.Key).Select(g => (Name: g.Key.ToString(CultureInfo.InvariantCulture), g.Last().Result)).ToList();
            Write($"rows-{way.Key}-memory", $"{way.Key} peak MB by rows", sizes.Select(s => (s.Name, (double)s.Result.PeakMegabytes)));
            Write($"rows-{way.Key}-rate", $"{way.Key} tokens/s by rows", sizes.Select(s => (s.Name, s.Result.Tokens / s.Result.Seconds)));
        }

        void Write(string name, string title, IEnumerable<(string, double)> cases) =>
            File.WriteAllBytes(Path.Combine(folder, name + ".png"), LinePlot.DrawCases(title, [.. cases]));
    }
}

/// <summary>A case and what it took.</summary>
internal sealed record RowsPoint(string Way, int Rows, RowsResult Result);

/// <summary>What a case took.</summary>
/// <param name="Tokens">Tokens of the rows.</param>
/// <param name="Seconds">From the file to samples.</param>
/// <param name="EpochSeconds">One epoch of packs, each laid into a micro-batch.</param>
/// <param name="PeakMegabytes">Peak of resident memory.</param>
internal sealed record RowsResult(long Tokens, double Seconds, double EpochSeconds, long PeakMegabytes)
{
    /// <summary>Managed memory that was allocated, garbage included.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>How long the garbage collector held all threads up.</summary>
    public double PauseSeconds { get; init; }

    /// <summary>Processor time of all threads, starting and compiling included.</summary>
    public double ProcessorSeconds { get; init; }
}

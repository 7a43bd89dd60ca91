using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Hone.Bench.Training;
using Hone.Kernels.Cpu;

namespace Hone.Bench.Starting;

/// <summary>
/// From the command to the first training step: <c>hone sft</c> (LoRA) as a process of its own on a BF16 checkpoint of Q's shape with
/// random weights, warm in the page cache. Prints the median of each stage as the process itself counts them, of rounds that
/// begin on a quiet machine.
/// </summary>
internal static partial class StartBench
{
    public static int Run(string[] args)
    {
        if (args is not [var hone, var tokenizer, var data, ..])
        {
            Console.Error.WriteLine("usage: hone-bench start HONE_DLL TOKENIZER_FOLDER DATA [--rounds N] [--wait SECONDS]");
            return 2;
        }

        var (rounds, wait) = (Options.Number(args, "--rounds", 9), Options.Number(args, "--wait", 6));
        var folder = Directory.CreateTempSubdirectory("hone-bench-").FullName;
        try
        {
            var model = Directory.CreateDirectory(Path.Combine(folder, "model")).FullName;
            foreach (var file in Directory.EnumerateFiles(tokenizer, "tokenizer*.json")) File.Copy(file, Path.Combine(model, Path.GetFileName(file)));
            using (var kernels = new CpuKernels()) TrainJob.WriteCheckpoint(TrainShape.All.Single(s => s.Name == "Q"), kernels, model);
            _ = StartOnce(hone, model, data, folder);
            var stages = new List<List<(string Name, double Milliseconds, double Compiling)>>();
            for (var i = 0; i < rounds; i++)
            {
                CpuMeter.WaitForQuiet(wait);
                stages.Add(StartOnce(hone, model, data, folder));
            }

            Print(stages);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        return 0;
    }

    private static List<(string Name, double Milliseconds, double Compiling)> StartOnce(string hone, string model, string data, string folder)
    {
        string[] arguments =
        [
            hone, "sft", "--model", model, "--dataset", data, "--max_steps", "1", "--gradient_accumulation_steps", "1",
            "--output_dir", Path.Combine(folder, "out"),
        ];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["HONE_DEBUG"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        _ = output.Result;
        var line = error.Split('\n').FirstOrDefault(l => l.StartsWith("start: ", StringComparison.Ordinal)) ?? throw new InvalidOperationException(error);
        return [.. Stage().Matches(line["start: ".Length..]).Select(m => (m.Groups[1].Value, Number(m.Groups[2]), Number(m.Groups[3])))];
    }

    private static void Print(List<List<(string Name, double Milliseconds, double Compiling)>> rounds)
    {
        Console.WriteLine($"{"stage",-24} {"ms",6} {"least",6} {"compiling",10}");
        for (var i = 0; i < rounds[0].Count; i++)
        {
            var stage = i;
            Print(rounds[0][i].Name, rounds.Select(r => r[stage].Milliseconds), rounds.Select(r => r[stage].Compiling));
        }

        // The last two are the first step itself and the sum.
        Print("until the first step", rounds.Select(r => r[..^2].Sum(s => s.Milliseconds)), rounds.Select(r => r[..^2].Sum(s => s.Compiling)));
    }

    private static void Print(string name, IEnumerable<double> milliseconds, IEnumerable<double> compiling)
    {
        var (sorted, compiled) = (milliseconds.Order().ToArray(), compiling.Order().ToArray());
        Console.WriteLine($"{name,-24} {sorted[sorted.Length / 2],6:F0} {sorted[0],6:F0} {compiled[compiled.Length / 2],10:F0}");
    }

    private static double Number(Group group) => double.Parse(group.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"([a-z][a-z ]*) (\d+) ms \((\d+) compiling\)")]
    private static partial Regex Stage();
}

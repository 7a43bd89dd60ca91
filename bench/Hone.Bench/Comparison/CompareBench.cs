using System.Globalization;
using Hone.Bench.Training;
using Hone.Kernels.Cpu;

namespace Hone.Bench.Comparison;

/// <summary>
/// Hone against PyTorch at its best settings, interleaved run by run, and on wish the prototype that came before Hone. Prints
/// medians over the rounds, ratios, and peak memory.
/// </summary>
internal static class CompareBench
{
    public static int Run(string[] args)
    {
        var quick = args.Contains("--quick");
        var shapes = (Options.Text(args, "--configs") ?? (quick ? "S" : "S,M,Q")).Split(',');
        var modes = (Options.Text(args, "--modes") ?? "full,lora").Split(',');
        if (shapes.Any(s => TrainShape.All.All(shape => shape.Name != s)) || modes.Any(m => m is not ("full" or "lora")))
        {
            Console.Error.WriteLine("usage: hone-bench compare [--quick] [--configs S,M,Q] [--modes full,lora] [--rounds N] [--prototype]");
            return 2;
        }

        var wait = Options.Number(args, "--wait", 6);
        if (!Prepare(args.Contains("--prototype"), wait, out var peers)) return 1;
        var peak = MachinePeak.MeasureGigaflops();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} threads, FMA peak {peak:F0} GFLOP/s, memory {MachinePeak.MeasureBandwidth():F0} GB/s"));
        var table = new ComparisonTable(peak);
        foreach (var shape in shapes)
        {
            var rounds = Options.Number(args, "--rounds", shape == "Q" ? 2 : 3);
            foreach (var mode in modes) Interleave(peers, shape, mode, quick ? 4 : shape == "S" ? 8 : 4, rounds, table);
        }

        table.Print(Console.Out);
        return 0;
    }

    private static bool Prepare(bool withPrototype, int wait, out List<Contestant> contestants)
    {
        contestants = [];
        if (SharedFolder() is not { } shared || !TorchPeer.TryFind(shared, wait, out var torch)) return false;
        contestants.Add(torch);
        contestants.Add(Contestant.Hone("Hone", wait));
        contestants.Add(Contestant.Hone("Hone, BF16 base", wait, "--bf16") with { LoraOnly = true });
        if (!withPrototype) return true;
        if (PrototypePeer.TryBuild(shared) is not { } prototype) return false;
        contestants.Add(prototype);
        return true;
    }

    private static void Interleave(List<Contestant> contestants, string shape, string mode, int steps, int rounds, ComparisonTable table)
    {
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var contestant in contestants)
            {
                if (contestant.LoraOnly && mode != "lora") continue;
                if (contestant.Run(shape, mode, steps) is not { } result) continue;
                table.Add(contestant.Name, result);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{shape} {mode,-4} round {round}: {contestant.Name,-16} {result.TokensPerSecond,7:F1} tokens/s, {result.PeakResidentMegabytes,5} MB, {result.Clean} of {result.Steps} steps undisturbed"));
            }
        }
    }

    /// <summary>The folder <c>shared</c> that lies beside the checkout.</summary>
    public static string? SharedFolder()
    {
        foreach (var start in new[] { Environment.CurrentDirectory, AppContext.BaseDirectory })
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var shared = Path.Combine(folder.Parent?.FullName ?? folder.FullName, "shared");
                if (File.Exists(Path.Combine(folder.FullName, "Hone.slnx")) && Directory.Exists(shared)) return shared;
            }
        }

        Console.Error.WriteLine("The folder 'shared' with the PyTorch reference script must lie beside the checkout.");
        return null;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Hone.Bench.Training;

namespace Hone.Bench.Comparison;

/// <summary>A program that trains a shape and prints its result as one line of JSON.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Program">Executable.</param>
/// <param name="Arguments">Makes the arguments from shape, mode and steps.</param>
internal sealed record Contestant(string Name, string Program, Func<string, string, string, IEnumerable<string>> Arguments)
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>Runs for LoRA alone.</summary>
    public bool LoraOnly { get; init; }

    /// <summary>Variables it needs; null takes one away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>This program's own verb <c>train</c>.</summary>
    public static Contestant Hone(string name, int wait, params string[] options)
    {
        var host = System.Environment.ProcessPath!;
        var isHost = Path.GetFileNameWithoutExtension(host) == "dotnet";
        var assembly = Path.Combine(AppContext.BaseDirectory, "Hone.Bench.dll");
        return new Contestant(name, host, (shape, mode, steps) =>
            [.. isHost ? [assembly] : Array.Empty<string>(), "train", shape, mode, steps, "--wait", $"{wait}", "--json", .. options]);
    }

    /// <summary>Trains; null, with a line on standard error, when it fails.</summary>
    public TrainResult? Run(string shape, string mode, int steps)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardOutput = true };
        foreach (var argument in Arguments(shape, mode, steps.ToString(CultureInfo.InvariantCulture))) start.ArgumentList.Add(argument);
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Longest)) process.Kill(entireProcessTree: true);
        var line = output.GetAwaiter().GetResult().Split('\n').FirstOrDefault(l => l.StartsWith('{'));
        if (line is not null) return JsonSerializer.Deserialize<TrainResult>(line);
        Console.Error.WriteLine($"{Name} gave no result for {shape} {mode}.");
        return null;
    }
}

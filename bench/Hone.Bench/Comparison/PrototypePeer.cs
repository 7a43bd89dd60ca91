using System.Diagnostics;

namespace Hone.Bench.Comparison;

/// <summary>The prototype of the engine, whose speed and memory were the first goal. It is built outside its own folder.</summary>
internal static class PrototypePeer
{
    public static Contestant? TryBuild(string shared)
    {
        var source = Path.Combine(shared, "reference", "csharp-gemm", "gemm.csproj");
        var target = Path.Combine(Path.GetTempPath(), "hone-bench-prototype") + Path.DirectorySeparatorChar;
        var start = new ProcessStartInfo("dotnet", ["build", source, "-c", "Release", "-v", "q", $"-p:Scratch={target}"])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start)!;
        var log = build.StandardOutput.ReadToEnd();
        build.WaitForExit();
        if (build.ExitCode == 0)
        {
            return new Contestant("prototype", Path.Combine(target, "bin", "gemm"),
                (shape, mode, steps) => ["train", shape, mode, steps, $"{Environment.ProcessorCount}"]);
        }

        Console.Error.WriteLine(log);
        return null;
    }
}

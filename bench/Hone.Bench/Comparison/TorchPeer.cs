using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Hone.Bench.Comparison;

/// <summary>
/// PyTorch as Debian packages it, at its best settings: OpenBLAS with OpenMP and tcmalloc. The default pthread OpenBLAS halves its
/// speed, because two pools of threads fight over the cores.
/// </summary>
internal static class TorchPeer
{
    public const string Python = "/usr/bin/python3";

    /// <summary>Kernels of OpenBLAS that are tried; null leaves the choice to itself.</summary>
    private static readonly string?[] Cores = Arm64 ? [null] : [null, "Haswell", "SkylakeX"];

    private static readonly string[] Packages = ["python3-torch", "libopenblas0-openmp", "libtcmalloc-minimal4"];

    /// <summary>Finds what it needs, or installs it when that is possible.</summary>
    public static bool TryFind(string shared, int wait, [NotNullWhen(true)] out Contestant? torch)
    {
        torch = null;
        if (BestSettings() is not { } settings) return false;
        var script = Path.Combine(shared, "bench", "torch_reference.py");
        torch = new Contestant("PyTorch", Python, (shape, mode, steps) => [script, shape, mode, steps, "--wait", $"{wait}"])
        {
            Environment = settings,
        };
        return true;
    }

    /// <summary>Environment at which PyTorch is fastest; null, with a message, when it is missing and can't be installed.</summary>
    public static Dictionary<string, string?>? BestSettings()
    {
        if (Libraries() is null) Install();
        if (Libraries() is not var (blas, allocator))
        {
            Console.Error.WriteLine($"PyTorch is missing. On Debian, as root: apt-get update && apt-get install {string.Join(' ', Packages)}");
            return null;
        }

        var settings = new Dictionary<string, string?>
        {
            ["OMP_NUM_THREADS"] = $"{Environment.ProcessorCount}",
            ["LD_LIBRARY_PATH"] = blas,
            ["LD_PRELOAD"] = allocator,

            // Where these are set to spare old OpenBLAS builds trouble with new processors, they take away its AVX-512 kernels.
            ["OPENBLAS_CORETYPE"] = null,
            ["OPENBLAS_L2_SIZE"] = null,
        };
        ChooseCore(settings);
        return settings;
    }

    /// <summary>
    /// Sets the processor whose kernels OpenBLAS shall use to the fastest one. Left alone it asks the processor, but to those that
    /// are younger than itself it gives its oldest kernels, a fifth of the speed.
    /// </summary>
    private static void ChooseCore(Dictionary<string, string?> settings)
    {
        var speeds = Cores.ToDictionary(core => core ?? "its own choice", core => ProductsPerSecond(settings, core));
        var best = Cores.MaxBy(core => speeds[core ?? "its own choice"]);
        settings["OPENBLAS_CORETYPE"] = best;
        Console.WriteLine($"OpenBLAS for PyTorch, GFLOP/s by kernels: {string.Join(", ", speeds.Select(s => string.Create(CultureInfo.InvariantCulture, $"{s.Key} {s.Value:F0}")))}");
    }

    /// <summary>GFLOP/s of a product of PyTorch's with the kernels of a processor; 0 where they don't run.</summary>
    private static double ProductsPerSecond(Dictionary<string, string?> settings, string? core)
    {
        const string Program = """
            import os, time, torch
            torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
            a, b = torch.randn(1024, 2048), torch.randn(2048, 2048)
            times = []
            for i in range(12):
                start = time.perf_counter(); torch.mm(a, b); times.append(time.perf_counter() - start)
            print(8.589934592 / min(times))
            """;
        var start = new ProcessStartInfo(Python, ["-c", Program]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        start.Environment["OPENBLAS_CORETYPE"] = core;
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return double.TryParse(output, CultureInfo.InvariantCulture, out var speed) ? speed : 0;
    }

    private static bool Arm64 => RuntimeInformation.OSArchitecture == Architecture.Arm64;

    private static (string Blas, string Allocator)? Libraries()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/torch")) return null;
        var triple = Arm64 ? "/usr/lib/aarch64-linux-gnu" : "/usr/lib/x86_64-linux-gnu";
        var (blas, allocator) = (Path.Combine(triple, "openblas-openmp"), Path.Combine(triple, "libtcmalloc_minimal.so.4"));
        return Directory.Exists(blas) && File.Exists(allocator) ? (blas, allocator) : null;
    }

    private static void Install()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || !File.Exists("/usr/bin/apt-get")) return;
        Console.WriteLine($"installing {string.Join(", ", Packages)}");
        Apt("update", "-qq");
        Apt(["install", "-y", "-qq", "--no-install-recommends", .. Packages]);
    }

    private static void Apt(params string[] arguments)
    {
        var start = new ProcessStartInfo("apt-get", arguments) { RedirectStandardOutput = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
    }
}

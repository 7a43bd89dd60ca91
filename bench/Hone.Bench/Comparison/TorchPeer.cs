using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Hone.Bench.Comparison;

/// <summary>
/// PyTorch as Debian packages it, at its best settings: OpenBLAS with OpenMP and tcmalloc. The default pthread OpenBLAS halves its
/// speed, because two pools of threads fight over the cores.
/// </summary>
internal static class TorchPeer
{
    public const string Python = "/usr/bin/python3";
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

        return new Dictionary<string, string?>
        {
            ["OMP_NUM_THREADS"] = $"{Environment.ProcessorCount}",
            ["LD_LIBRARY_PATH"] = blas,
            ["LD_PRELOAD"] = allocator,

            // Where these are set to spare old OpenBLAS builds trouble with new processors, they take away its AVX-512 kernels.
            ["OPENBLAS_CORETYPE"] = null,
            ["OPENBLAS_L2_SIZE"] = null,
        };
    }

    private static (string Blas, string Allocator)? Libraries()
    {
        if (!Directory.Exists("/usr/lib/python3/dist-packages/torch")) return null;
        var triple = Directory.Exists("/usr/lib/x86_64-linux-gnu") ? "/usr/lib/x86_64-linux-gnu" : "/usr/lib/aarch64-linux-gnu";
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

using System.Globalization;
using System.Runtime.InteropServices;
using Hone.Kernels.Cpu;
using Hone.Settings;
using Hone.Training.Planning;

namespace Hone.Cli;

/// <summary><c>hone doctor</c>: the machine, what it can do at best, and whether the arithmetic is right on it.</summary>
internal sealed class DoctorVerb : Verb<DoctorSettings>
{
    public override string Name => "doctor";

    public override string Summary => "Describe this machine, measure it, and run the self-tests.";

    public override string Example => "doctor";

    protected override ExitCode Run(DoctorSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var threads = settings.Threads ?? 0;
        using var kernels = new CpuKernels(threads);
        var machine = new List<(string Key, string Name, string Value)>
        {
            ("hone", "hone", Application.Version),
            ("dotnet", ".NET", RuntimeInformation.FrameworkDescription),
            ("system", "system", $"{RuntimeInformation.OSDescription.Trim()}, {RuntimeInformation.ProcessArchitecture}"),
            ("processor", "processor", MachineFacts.Processor()),
            ("cores", "cores", MachineFacts.Cores),
            ("device", "device", kernels.Description),
            ("memory", "memory", $"{ByteCount.Text(SystemMemory.TotalBytes)}, {ByteCount.Text(SystemMemory.AvailableBytes)} of it free"),
        };
        console.Heading("Machine");
        console.Facts([.. machine.Select(fact => (fact.Name, fact.Value))]);
        if (settings.Quick)
        {
            console.JsonLine(Json(machine, null, []));
            return ExitCode.Done;
        }

        var peak = Measure(console, threads);
        var results = RunTests(console, cancellation);
        console.JsonLine(Json(machine, peak, results));
        return results.All(r => r.Passed) ? ExitCode.Done : ExitCode.Other;
    }

    private static (double Gigaflops, double OneThread, double Bandwidth) Measure(CliConsole console, int threads)
    {
        console.Status("measuring…");
        var peak = (Gigaflops: MachinePeak.MeasureGigaflops(threads), OneThread: MachinePeak.MeasureGigaflops(1), Bandwidth: MachinePeak.MeasureBandwidth(threads));
        console.Status(null);
        console.Line();
        console.Heading("Measured");
        console.Facts(
        [
            ("multiply-add peak", string.Create(CultureInfo.InvariantCulture, $"{peak.Gigaflops:F0} GFLOP/s in F32, {peak.OneThread:F0} with one thread")),
            ("memory bandwidth", string.Create(CultureInfo.InvariantCulture, $"{peak.Bandwidth:F1} GB/s")),
        ]);
        return peak;
    }

    private static List<SelfTestResult> RunTests(CliConsole console, CancellationToken cancellation)
    {
        var results = new List<SelfTestResult>();
        foreach (var test in SelfTests.All)
        {
            cancellation.ThrowIfCancellationRequested();
            console.Status($"testing: {test.Name}…");
            results.Add(test.Run());
        }

        console.Status(null);
        console.Line();
        console.Heading("Self-tests");
        console.Table(["test", "result", "measured"], [.. results.Select(r => (IReadOnlyList<string>)[r.Name, r.Passed ? "passed" : "FAILED", r.Detail])]);
        var failed = results.Count(r => !r.Passed);
        console.Line();
        console.Line(failed == 0
            ? string.Create(CultureInfo.InvariantCulture, $"All {results.Count} self-tests passed.")
            : string.Create(CultureInfo.InvariantCulture, $"{failed} of {results.Count} self-tests failed: do not trust results on this machine. Please report this page."));
        return results;
    }

    private static string Json(List<(string Key, string Name, string Value)> machine, (double Gigaflops, double OneThread, double Bandwidth)? peak,
        List<SelfTestResult> results) => JsonText.Line(json =>
    {
        json.WriteStartObject("machine");
        foreach (var (key, _, value) in machine) json.WriteString(key, value);
        json.WriteEndObject();
        if (peak is not { } measured) return;
        json.WriteNumber("peak_gigaflops", measured.Gigaflops);
        json.WriteNumber("peak_gigaflops_one_thread", measured.OneThread);
        json.WriteNumber("bandwidth_gigabytes_per_second", measured.Bandwidth);
        json.WriteBoolean("passed", results.All(r => r.Passed));
        json.WriteStartArray("self_tests");
        foreach (var result in results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            json.WriteBoolean("passed", result.Passed);
            json.WriteString("measured", result.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });
}

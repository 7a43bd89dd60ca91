using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A model of a real size on real data: what the plan says of memory is what the system measures.</summary>
public sealed class RealShapeTests(QwenShape model) : IClassFixture<QwenShape>
{
    private const string ModelVariable = "HONE_TEST_REAL_SHAPE";
    private const string OutputVariable = "HONE_TEST_REAL_SHAPE_OUTPUT";
    private const string CheckpointingVariable = "HONE_TEST_REAL_SHAPE_CHECKPOINTING";
    private const string StatusFile = "/proc/self/status";
    private const string MeasurementFile = "measurement.json";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_peak_of_resident_memory_is_within_3_percent_of_the_plan(bool checkpointing)
    {
        Assert.SkipUnless(File.Exists(StatusFile), "Only Linux tells a process its peak of resident memory, in /proc.");
        using var folder = new TemporaryFolder();

        // A process of its own has a peak of its own.
        using var child = StartChild(folder.Path, checkpointing);
        var output = child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        var path = folder.PathOf(MeasurementFile);
        Assert.True(File.Exists(path), await output);
        var measurement = JsonNode.Parse(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken))!;
        var (planned, measured) = ((long)measurement["planned"]!, (long)measurement["measured"]!);
        var ratio = (double)measured / planned;
        var message = string.Create(CultureInfo.InvariantCulture, $"measured {measured:N0} / planned {planned:N0} = {ratio:F4}; {measurement["plan"]}");
        TestContext.Current.TestOutputHelper!.WriteLine(message);
        Assert.True(Math.Abs(ratio - 1) <= 0.03, message);
        Assert.All(measurement["losses"]!.AsArray(), loss => Assert.True(double.IsFinite((double)loss!)));
    }

    /// <summary>Not a test of its own: what the child process of the test above runs.</summary>
    [Fact(Explicit = true)]
    public void Train_two_steps_and_measure()
    {
        var (folder, output) = (Environment.GetEnvironmentVariable(ModelVariable), Environment.GetEnvironmentVariable(OutputVariable));
        if (folder is null || output is null) return;
        var settings = new SftSettings
        {
            Model = folder,
            Dataset = [SharedData.PathOf("datasets/alpaca_5k.json")],
            OutputDir = Path.Combine(output, "run"),
            AddVersion = false,
            MaxLength = 512,
            Packing = true,
            PackingLength = 512,
            PerDeviceTrainBatchSize = 1,
            GradientAccumulationSteps = 1,
            MaxSteps = 2,
            LoggingSteps = 1,
            Strict = false,
            GradientCheckpointing = Environment.GetEnvironmentVariable(CheckpointingVariable) == "true",
        };
        using var session = TrainingSession.Prepare(settings, cancellation: TestContext.Current.CancellationToken);
        session.Start();
        var result = session.Run(TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(output, MeasurementFile), new JsonObject
        {
            ["planned"] = session.Memory.TotalBytes,
            ["measured"] = PeakResidentBytes(),
            ["plan"] = new JsonArray([.. session.Memory.Lines.Select(l => new JsonObject { [l.Purpose] = l.Bytes })]),
            ["losses"] = new JsonArray([.. result.LogHistory.Select(e => JsonValue.Create(e["loss"]))]),
        }.ToJsonString());
    }

    private static long PeakResidentBytes()
    {
        const string Key = "VmHWM:";
        var line = File.ReadLines(StatusFile).Single(l => l.StartsWith(Key, StringComparison.Ordinal));
        return long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    private Process StartChild(string output, bool checkpointing)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(RealShapeTests).Assembly.Location, "--explicit", "only",
            "--filter-method", $"{typeof(RealShapeTests).FullName}.{nameof(Train_two_steps_and_measure)}", "--no-progress"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[ModelVariable] = model.Folder;
        start.Environment[OutputVariable] = output;
        start.Environment[CheckpointingVariable] = checkpointing ? "true" : "false";
        return Process.Start(start)!;
    }
}

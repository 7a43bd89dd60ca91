using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A model of a real size on real data: what the plan says of memory is what the system measures.</summary>
public sealed class RealShapeTests(QwenShape model) : IClassFixture<QwenShape>
{
    private const string FolderVariable = "HONE_TEST_REAL_SHAPE";
    private const string StatusFile = "/proc/self/status";
    private const string SettingsFile = "settings.json";
    private const string MeasurementFile = "measurement.json";

    /// <summary>Rows of a real data set, in packs.</summary>
    [Theory]
    [InlineData("lora", false)]
    [InlineData("lora", true)]
    public Task The_peak_of_a_Qwen_shape_is_within_3_percent_of_the_plan(string tuner, bool checkpointing) => Compare(model.Folder, tuner, checkpointing, Packs);

    /// <summary>9 GiB, minutes.</summary>
    [Theory(Explicit = true)]
    [InlineData("full", false)]
    [InlineData("full", true)]
    public Task The_peak_of_a_Qwen_shape_trained_in_full_is_within_3_percent_of_the_plan(string tuner, bool checkpointing) =>
        Compare(model.Folder, tuner, checkpointing, Packs);

    [Theory]
    [InlineData("full", false)]
    [InlineData("full", true)]
    [InlineData("lora", false)]
    [InlineData("lora", true)]
    public async Task The_peak_of_shape_S_is_within_3_percent_of_the_plan(string tuner, bool checkpointing)
    {
        using var shape = BenchShape.S();
        await Compare(shape.Model, tuner, checkpointing, RowsOf(shape));
    }

    [Theory(Explicit = true)]
    [InlineData("full", false)]
    [InlineData("full", true)]
    [InlineData("lora", false)]
    [InlineData("lora", true)]
    public async Task The_peak_of_shape_M_is_within_3_percent_of_the_plan(string tuner, bool checkpointing)
    {
        using var shape = BenchShape.M();
        await Compare(shape.Model, tuner, checkpointing, RowsOf(shape));
    }

    private static JsonObject Packs => new()
    {
        ["dataset"] = SharedData.PathOf("datasets/alpaca_5k.json"),
        ["val_dataset"] = SharedData.PathOf("datasets/alpaca_5k.json") + "#4",
        ["max_length"] = 512,
        ["packing"] = true,
        ["packing_length"] = 512,
        ["per_device_train_batch_size"] = 1,
    };

    private static JsonObject RowsOf(BenchShape shape) => new()
    {
        ["dataset"] = shape.Rows,
        ["val_dataset"] = shape.Rows,
        ["per_device_train_batch_size"] = shape.Batch,
    };

    private static async Task Compare(string model, string tuner, bool checkpointing, JsonObject settings)
    {
        Assert.SkipUnless(File.Exists(StatusFile), "Only Linux tells a process its peak of resident memory, in /proc.");
        using var folder = new TemporaryFolder();
        settings["model"] = model;
        settings["tuner_type"] = tuner;
        settings["gradient_checkpointing"] = checkpointing;
        settings["output_dir"] = folder.PathOf("run");
        settings["add_version"] = false;
        settings["gradient_accumulation_steps"] = 1;
        settings["max_steps"] = 2;
        settings["logging_steps"] = 1;
        settings["save_steps"] = 1;
        settings["eval_steps"] = 1;
        settings["strict"] = false;
        folder.Write(SettingsFile, settings.ToJsonString());

        // A process of its own has a peak of its own.
        using var child = StartChild(folder.Path);
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
        if (Environment.GetEnvironmentVariable(FolderVariable) is not { } folder) return;
        var settings = SettingsBinder.Bind<SftSettings>([Path.Combine(folder, SettingsFile)]);
        using var session = TrainingSession.Prepare(settings, cancellation: TestContext.Current.CancellationToken);
        session.Start();
        var result = session.Run(TestContext.Current.CancellationToken);
        File.WriteAllText(Path.Combine(folder, MeasurementFile), new JsonObject
        {
            ["planned"] = session.Memory.TotalBytes,
            ["measured"] = PeakResidentBytes(),
            ["plan"] = new JsonArray([.. session.Memory.Lines.Select(l => new JsonObject { [l.Purpose] = l.Bytes })]),
            ["losses"] = new JsonArray([.. result.LogHistory.Where(e => double.IsNaN(e["eval_loss"])).Select(e => JsonValue.Create(e["loss"]))]),
        }.ToJsonString());
    }

    private static long PeakResidentBytes()
    {
        const string Key = "VmHWM:";
        var line = File.ReadLines(StatusFile).Single(l => l.StartsWith(Key, StringComparison.Ordinal));
        return long.Parse(line[Key.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }

    private static Process StartChild(string folder)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(RealShapeTests).Assembly.Location, "--explicit", "only",
            "--filter-method", $"{typeof(RealShapeTests).FullName}.{nameof(Train_two_steps_and_measure)}", "--no-progress"])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[FolderVariable] = folder;
        return Process.Start(start)!;
    }
}

using Hone.Testing;

namespace Hone.Settings.Tests;

public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_snapshot_is_a_configuration_that_repeats_itself()
    {
        var settings = new SftSettings
        {
            Model = Path.GetDirectoryName(_folder.Write("model/config.json", "{}")),
            Dataset = [_folder.Write("rows.jsonl", "{}") + "#7"],
            ModelName = ["小黄", "Xiao \"Huang\""],
            LearningRate = 1.0 / 3,
            AdamEpsilon = 1.17e-38,
            GradientCheckpointing = false,
            TorchDtype = SaveDtype.Float16,
            TargetModules = ["q_proj"],
            ReportTo = [],
            System = "line\none",
        };
        var json = SettingsSnapshot.ToJson(settings);
        var again = SettingsBinder.FromFile<SftSettings>(_folder.Write("args.json", json));
        Assert.Equal(json, SettingsSnapshot.ToJson(again));
        Assert.Equal(settings.LearningRate, again.LearningRate);
        Assert.Equal(settings.System, again.System);
        Assert.Empty(again.ReportTo);
        Assert.Contains("小黄", json, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_in_the_snapshot()
    {
        using var json = System.Text.Json.JsonDocument.Parse(SettingsSnapshot.ToJson(new MergeLoraSettings()));
        Assert.Equal("5GB", json.RootElement.GetProperty("max_shard_size").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, json.RootElement.GetProperty("threads").ValueKind);
        Assert.Equal(SettingSchema.Of(typeof(MergeLoraSettings)).Settings.Count, json.RootElement.EnumerateObject().Count());
    }
}

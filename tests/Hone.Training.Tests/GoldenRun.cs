using System.Text.Json.Nodes;
using Hone.Settings;
using Hone.Testing;

namespace Hone.Training.Tests;

/// <summary>A golden curve: settings, thirty steps, final parameters, and how far rounding alone may move them.</summary>
internal sealed class GoldenRun
{
    private readonly JsonNode json;

    public GoldenRun(string path)
    {
        json = JsonNode.Parse(File.ReadAllText(SharedData.PathOf(path)))!;
        var settings = json["settings"]!;
        LearningRate = (double)settings["lr"]!;
        WarmupSteps = (int?)settings["warmup_steps"] ?? 0;
        WeightDecay = (double)settings["wd"]!;
        Beta1 = (double)settings["betas"]![0]!;
        Beta2 = (double)settings["betas"]![1]!;
        Clip = (double?)settings["clip"] ?? 0;
        Accumulation = (int)settings["ga"]!;
        Schedule = (string)settings["sched"]! switch
        {
            "cosine" => LrSchedulerType.Cosine,
            "linear" => LrSchedulerType.Linear,
            "constant" => LrSchedulerType.Constant,
            var other => throw new InvalidDataException(other),
        };
        Normalization = (string)settings["norm"]! switch
        {
            "token_weighted" => LossNormalization.Tokens,
            "mean_of_means" => LossNormalization.MeanOfMeans,
            "token_weighted_unshifted_count" => LossNormalization.UnshiftedCount,
            var other => throw new InvalidDataException(other),
        };
        if (Schedule == LrSchedulerType.Constant) WarmupSteps = 0;
    }

    public double LearningRate { get; }

    public int WarmupSteps { get; }

    public double WeightDecay { get; }

    public double Beta1 { get; }

    public double Beta2 { get; }

    public double Clip { get; }

    public int Accumulation { get; }

    public LrSchedulerType Schedule { get; }

    public LossNormalization Normalization { get; }

    public IReadOnlyList<JsonNode> Steps => [.. json["steps"]!.AsArray().Select(s => s!)];

    public double LossNoise => (double)json["noise_floor"]!["max_abs_loss_diff"]!;

    public double RelativeNormNoise => (double)json["noise_floor"]!["max_rel_grad_norm_diff"]!;

    public string DataFile => (string?)json["data_file"] ?? "data.safetensors";

    public JsonObject FinalParameters => json["final_parameters"]!.AsObject();

    public double WeightNoise(string name) => (double)json["noise_floor"]!["final_weight_max_abs_diff_per_tensor"]![name]!;
}

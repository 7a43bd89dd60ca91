using System.Text.Json.Serialization;

namespace Hone.Bench.Training;

/// <summary>One run, under the names that the PyTorch reference script prints.</summary>
internal sealed record TrainResult
{
    [JsonPropertyName("config")]
    public required string Config { get; init; }

    [JsonPropertyName("mode")]
    public required string Mode { get; init; }

    /// <summary>Type of the frozen base, or of the trained weights.</summary>
    [JsonPropertyName("weights")]
    public string Weights { get; init; } = "F32";

    [JsonPropertyName("threads")]
    public int Threads { get; init; }

    [JsonPropertyName("params")]
    public long Parameters { get; init; }

    [JsonPropertyName("trainable")]
    public long Trainable { get; init; }

    [JsonPropertyName("steps")]
    public int Steps { get; init; }

    /// <summary>Steps that others left alone.</summary>
    [JsonPropertyName("clean")]
    public int Clean { get; init; }

    [JsonPropertyName("step_s")]
    public double StepSeconds { get; init; }

    [JsonPropertyName("tokens_per_s")]
    public double TokensPerSecond { get; init; }

    [JsonPropertyName("best_tokens_per_s")]
    public double BestTokensPerSecond { get; init; }

    [JsonPropertyName("gflops")]
    public double Gigaflops { get; init; }

    [JsonPropertyName("peak_gflops")]
    public double PeakGigaflops { get; init; }

    [JsonPropertyName("peak_rss_mb")]
    public long PeakResidentMegabytes { get; init; }

    [JsonPropertyName("managed_bytes_per_step")]
    public long ManagedBytesPerStep { get; init; }

    [JsonPropertyName("loss_first")]
    public double FirstLoss { get; init; }

    [JsonPropertyName("loss_last")]
    public double LastLoss { get; init; }
}

using System.Text.Json.Nodes;
using Hone.Training;

namespace Hone.Cli;

/// <summary>The result of a run for other programs.</summary>
internal static class ResultJson
{
    public static string Of(SftResult result) => new JsonObject
    {
        ["global_step"] = result.GlobalStep,
        ["total_steps"] = result.TotalSteps,
        ["interrupted"] = result.Interrupted,
        ["run_directory"] = result.RunDirectory,
        ["last_model_checkpoint"] = result.LastModelCheckpoint,
        ["best_model_checkpoint"] = result.BestModelCheckpoint,
        ["best_metric"] = result.BestMetric,
        ["rows_read"] = result.Streamed?.Rows,
        ["rows_used"] = result.Streamed?.Samples,
        ["rows_rejected"] = result.Streamed?.Rejected,
        ["rows_too_long"] = result.Streamed?.TooLong,
    }.ToJsonString();
}

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Models;

namespace Hone.Training.Runs;

/// <summary>
/// <c>logging.jsonl</c> with ms-swift's field names, a JSON object a line, every number in full precision. Each line is handed to the
/// system as soon as it is complete.
/// </summary>
internal sealed class LoggingFile : IDisposable
{
    private const string EvaluationFigure = "eval_loss";
    private const string StepField = "global_step/max_steps";

    private readonly string path;
    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly Utf8JsonWriter json;
    private FileStream file;

    public LoggingFile(string path)
    {
        this.path = path;
        file = Open(path);
        json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    public void Dispose()
    {
        json.Dispose();
        file.Dispose();
    }

    public void Append(LogEntry entry, int totalSteps, TimeSpan elapsed, TimeSpan remaining)
    {
        WriteLine(entry, totalSteps, elapsed, remaining);
        Flush();
    }

    /// <summary>Keeps the lines up to a step; where the file lacks them (a checkpoint moved elsewhere) they are written from the history.</summary>
    public void Rewind(IReadOnlyList<LogEntry> history, int step, int totalSteps)
    {
        file.Dispose();
        var lines = File.ReadAllLines(path).Where(line => StepOf(line) is { } n && n <= step).ToList();
        DurableFiles.Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n")))));
        file = Open(path);
        var present = lines.Select(KeyOf).ToHashSet();
        foreach (var entry in history.Where(e => !present.Contains((e.Step, e.Has(EvaluationFigure))))) WriteLine(entry, totalSteps, null, null);
        Flush();
    }

    public void Finish(SftResult result, Decoder decoder, TrainingPlan plan, double memory)
    {
        var all = decoder.Parameters.Concat(decoder.AdapterParameters).Sum(p => p.Count);
        var trained = decoder.TrainableParameters.Sum(p => p.Count);
        json.WriteStartObject();
        json.WriteString("last_model_checkpoint", result.LastModelCheckpoint);
        json.WriteString("best_model_checkpoint", result.BestModelCheckpoint);
        LogEntryJson.WriteNumber(json, "best_metric", result.BestMetric ?? double.NaN);
        json.WriteNumber("global_step", result.GlobalStep);
        json.WritePropertyName("log_history");
        JsonSerializer.Serialize(json, result.LogHistory, Checkpoints.CheckpointJson.Options);
        json.WriteNumber("memory", memory);
        json.WriteString("model_parameter_info", string.Create(CultureInfo.InvariantCulture,
            $"{(decoder.Adapter is null ? "" : "LoRA: ")}{all / 1e6:0.0000}M Params ({trained / 1e6:0.0000}M Trainable [{100.0 * trained / all:0.0000}%])"));
        json.WriteString("train_dataset", result.Streamed is { } streamed
            ? string.Create(CultureInfo.InvariantCulture, $"size={streamed.Samples}, tokens={streamed.Tokens}, learned={streamed.LearnedTokens}")
            : string.Create(CultureInfo.InvariantCulture, $"size={plan.Rows}, tokens={plan.Tokens}, learned={plan.LearnedTokens}"));
        json.WriteEndObject();
        EndLine();
        Flush();
    }

    private static FileStream Open(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1);

    private static (int Step, bool IsEvaluation) KeyOf(string line) => (StepOf(line)!.Value, line.Contains($"\"{EvaluationFigure}\"", StringComparison.Ordinal));

    private static int? StepOf(string line)
    {
        try
        {
            using var parsed = JsonDocument.Parse(line);
            return parsed.RootElement.ValueKind == JsonValueKind.Object
                && parsed.RootElement.TryGetProperty(StepField, out var field) && field.ValueKind == JsonValueKind.String
                && int.TryParse(field.GetString()!.Split('/')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
                ? step
                : null;
        }
        catch (JsonException)
        {
            // The line that a crash cut short.
            return null;
        }
    }

    private static string Duration(TimeSpan time)
    {
        var seconds = (long)Math.Round(time.TotalSeconds);
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds % 60}s");
        if (seconds >= 60) text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 60 % 60}m {text}");
        if (seconds >= 3600) text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600 % 24}h {text}");
        return seconds >= 86400 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400}d {text}") : text;
    }

    private void WriteLine(LogEntry entry, int totalSteps, TimeSpan? elapsed, TimeSpan? remaining)
    {
        json.WriteStartObject();
        LogEntryJson.WriteFigures(json, entry);
        LogEntryJson.WriteNumber(json, "epoch", entry.Epoch);
        json.WriteString(StepField, string.Create(CultureInfo.InvariantCulture, $"{entry.Step}/{totalSteps}"));
        json.WriteString("percentage", string.Create(CultureInfo.InvariantCulture, $"{100.0 * entry.Step / totalSteps:0.00}%"));
        if (elapsed is { } e) json.WriteString("elapsed_time", Duration(e));
        if (remaining is { } r) json.WriteString("remaining_time", Duration(r));
        json.WriteEndObject();
        EndLine();
    }

    private void EndLine()
    {
        json.Flush();
        json.Reset();
        buffer.Write("\n"u8);
    }

    private void Flush()
    {
        file.Write(buffer.WrittenSpan);
        file.Flush();
        buffer.ResetWrittenCount();
    }
}

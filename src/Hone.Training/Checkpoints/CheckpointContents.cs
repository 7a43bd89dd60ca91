using System.Text.Json;
using Hone.Models;
using Hone.Models.Weights;
using Hone.Tensors;
using Hone.Text.Templates;
using Hone.Training.Optimizers;

namespace Hone.Training.Checkpoints;

/// <summary>
/// The files of a checkpoint: the model or adapter as everybody reads it, and beside it the exact state of training. Masters are
/// kept in F32 there since the file that everybody reads can be BF16.
/// </summary>
internal static class CheckpointContents
{
    private const string ValuePrefix = "value.";
    private const string GradientPrefix = "gradient.";
    private const string FirstMomentPrefix = "exp_avg.";
    private const string SecondMomentPrefix = "exp_avg_sq.";
    private const long MaxStateBytes = 1L << 30;

    public static void Write(string folder, Decoder decoder, AdamWOptimizer optimizer, TrainerOptions options, ResumeState state)
    {
        if (decoder.Adapter is null) decoder.Save(folder, options.SaveType, options.ModelFolder);
        else decoder.SaveAdapter(folder, options.SaveType);
        if (options.Template is { } template)
        {
            if (decoder.Adapter is null) SavedTemplate.WriteToModel(folder, template, options.EndIds);
            else SavedTemplate.WriteFile(folder, template);
        }

        var midStep = state.Progress.Step != default;
        SafetensorsWriter.Write(Path.Combine(folder, ResumeState.TensorFileName), Tensors(optimizer, midStep)
            .Select(t => new TensorToWrite(t.Name, DType.F32, [t.Tensor.Rows, t.Tensor.Columns], t.Tensor)));
        File.WriteAllBytes(Path.Combine(folder, ResumeState.FileName), JsonSerializer.SerializeToUtf8Bytes(state, CheckpointJson.Options));
    }

    /// <summary>Reads a checkpoint whose manifest has been checked.</summary>
    public static ResumeState ReadState(string folder)
    {
        var path = Path.Combine(folder, ResumeState.FileName);
        try
        {
            if (FileLength.Of(path) > MaxStateBytes) throw new JsonException("too large");
            var state = JsonSerializer.Deserialize<ResumeState>(File.ReadAllBytes(path), CheckpointJson.Options);
            if (state?.Version != ResumeState.CurrentVersion)
                throw Unusable(path, $"its version is {state?.Version}; this Hone reads {ResumeState.CurrentVersion}", null);
            if (state.Fingerprint is null || state.Progress is not { GlobalStep: >= 0, Epoch: >= 0, MicroBatch: >= 0, LogHistory: not null }
                || state.Progress.Stream is { IsPossible: false } || state.OptimizerSteps < 0 || state.Progress.LogHistory.Contains(null!))
                throw Unusable(path, "it says impossible things", null);
            return state;
        }
        catch (Exception e) when (e is JsonException or IOException or NotSupportedException or UnauthorizedAccessException)
        {
            throw Unusable(path, e.Message, e);
        }
    }

    /// <summary>Puts tensors back: values, moments, and the gradients of an unfinished step.</summary>
    public static void ReadTensors(string folder, AdamWOptimizer optimizer, ResumeState state, Kernels.IKernels kernels)
    {
        var path = Path.Combine(folder, ResumeState.TensorFileName);
        using var file = SafetensorsFile.Open(path);
        var stored = file.Tensors.ToDictionary(t => t.Name);
        foreach (var (name, tensor) in Tensors(optimizer, state.Progress.Step != default))
        {
            if (!stored.TryGetValue(name, out var source)) throw Unusable(path, $"it has no tensor '{name}'", null);
            if (source.Type != DType.F32 || source.Data.Rows != tensor.Rows || source.Data.Columns != tensor.Columns)
                throw Unusable(path, $"'{name}' is {source.Data} in the file and {tensor} in this run", null);
            kernels.Copy(source.Data, tensor);
        }

        optimizer.StepCount = state.OptimizerSteps;
    }

    /// <summary>Puts the trained values of a checkpoint into the model.</summary>
    public static void ReadWeights(string folder, Decoder decoder)
    {
        var path = Path.Combine(folder, ResumeState.TensorFileName);
        using var file = SafetensorsFile.Open(path);
        foreach (var parameter in decoder.TrainableParameters)
        {
            var stored = file.Find(ValuePrefix + parameter.Name) ?? throw Unusable(path, $"it has no tensor '{ValuePrefix}{parameter.Name}'", null);
            decoder.Kernels.Copy(stored.Data, parameter.Value);
        }
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(AdamWOptimizer optimizer, bool gradients)
    {
        foreach (var tensor in optimizer.Tensors)
        {
            yield return (ValuePrefix + tensor.Name, tensor.Value);
            yield return (FirstMomentPrefix + tensor.Name, tensor.FirstMoment);
            yield return (SecondMomentPrefix + tensor.Name, tensor.SecondMoment);
            if (gradients) yield return (GradientPrefix + tensor.Name, tensor.Gradient);
        }
    }

    public static HoneException Unusable(string path, string why, Exception? inner) =>
        new(ExitCode.Model, $"Training can't resume: {why}.", path, "Resume from another checkpoint, or start anew.", inner);
}

using Hone.Models;
using Hone.Models.Weights;
using Hone.Settings;
using Hone.Tensors;
using Hone.Text.Templates;
using Hone.Training.Checkpoints;
using Hone.Training.Planning;

namespace Hone.Training;

/// <content>What the run will do and hold, before any weight is loaded.</content>
public sealed partial class TrainingSession
{
    /// <summary>
    /// What the program itself takes more once it trains, shows, and saves: compiled code, managed objects, rows in use. Measured: 17 to
    /// 19 MB with small models; about 45 MB with a vocabulary of 150,000 and rows in a file, which is 2 % of what such a model holds.
    /// </summary>
    private const long ProgramGrowth = 20L << 20;

    /// <summary>What reading a stream takes besides: rows that wait in the shuffle buffer, tokens that are ready, garbage between collections.</summary>
    private const long StreamGrowth = 32L << 20;

    /// <summary>How long the run will take; measures the machine for about half a second, with the threads that train.</summary>
    public TimeForecast Forecast()
    {
        using var outline = Outline();
        return new TimeForecast(outline, Plan, GradientCheckpointing);
    }

    private void MakePlan()
    {
        Options = new TrainerOptions
        {
            Settings = Settings,
            PackingLength = Settings.PackingLength ?? MaxLength,
            SaveType = Settings.TorchDtype switch
            {
                SaveDtype.BFloat16 => DType.BF16,
                SaveDtype.Float16 => DType.F16,
                SaveDtype.Float32 => DType.F32,
                _ => IsFull ? Spec.StoredType : DType.F32,
            },
            ModelFolder = ModelFolder,
            Template = SavedTemplate,
            SavesTemplateOnceUsed = Template.Origin is not (TemplateOrigin.Named or TemplateOrigin.Adapter),
            EndIds = EndIds,
            LongestRow = MaxLength,
            RowName = row => Train.Locations[row].ToString(),
        };
        using var outline = Outline();
        Adapter = outline.Adapter;
        TrainableParameters = outline.TrainableParameters.Sum(p => p.Count);
        Flops = new FlopModel(outline);

        // What reading the rows left behind would count as held, and goes with the next collection.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        heldBytes = SystemMemory.ResidentBytes;
        var resident = heldBytes - kernels.WorkspaceBytes + ProgramGrowth + (Stream is null ? 0 : StreamGrowth);
        if (Settings.MaxMemory is { } limit) FitInto(limit, outline, resident);
        else FitIntoMachine(outline, resident);
        Options = Options with { GradientCheckpointing = GradientCheckpointing };
    }

    /// <summary>
    /// What checkpoints must say about the template: nothing where the model's own files say it, or where no row was rendered with it and
    /// neither the user nor the adapter named it.
    /// </summary>
    private ChatTemplate? SavedTemplate =>
        !Template.IsTheModels && (Template.Origin is TemplateOrigin.Named or TemplateOrigin.Adapter || Stream is not null || Train.Report.Conversations > 0) ? Template.Template : null;

    private void FitIntoMachine(Decoder outline, long resident)
    {
        Plan = PlanOf(Options);
        Memory = MemoryPlan.Create(outline, Plan.Shape(checkpointing: Settings.GradientCheckpointing ?? false), resident);
        GradientCheckpointing = Settings.GradientCheckpointing ?? NewBytes(Memory) > SystemMemory.AvailableBytes;
        if (GradientCheckpointing) Memory = MemoryPlan.Create(outline, Plan.Shape(checkpointing: true), resident);
    }

    private void FitInto(ByteSize limit, Decoder outline, long resident)
    {
        // A run that goes on keeps its micro-batches, or its bits would not be those of a run that never stopped.
        int? batch = Settings.ResumeFromCheckpoint is null || FindCheckpoint(null) is not { } checkpoint ? null
            : RunFingerprint.BatchOf(CheckpointContents.ReadState(checkpoint).Fingerprint);
        var frozenOutput = !IsFull;
        var fit = Planning.MemoryFit.Find(Settings, limit, MemoryChoice.All(Settings, frozenOutput, batch), choice =>
        {
            var plan = PlanOf(Options with { Settings = choice.In(Settings) });
            return (plan, MemoryPlan.Create(outline, plan.Shape(choice.Checkpointing, choice.FewLogits), resident));
        });
        (Plan, Memory, MemoryFit, GradientCheckpointing) = (fit.Plan, fit.Memory, fit.Explanation, fit.Choice.Checkpointing);
        Settings = fit.Choice.In(Settings);
        Options = Options with { Settings = Settings, FewLogits = fit.Choice.FewLogits };
    }

    private TrainingPlan PlanOf(TrainerOptions options) => Stream is null
        ? new TrainingPlan(Train.Samples, Validation?.Samples ?? [], options)
        : TrainingPlan.OfStream(Validation?.Samples ?? [], options);

    /// <summary>The model with its adapter, without its numbers.</summary>
    private Decoder Outline()
    {
        var outline = Decoder.Outline(Spec with { StoredType = TypeInFile() }, kernels, IsFull);
        AttachAdapter(outline);
        return outline;
    }

    /// <summary>What most of the weights are stored as: config.json says it too, and is sometimes wrong.</summary>
    private DType TypeInFile()
    {
        if (IsRandom || !Directory.EnumerateFiles(ModelFolder, "*.safetensors").Any()) return Spec.StoredType;
        using var reader = CheckpointReader.Open(ModelFolder);
        return reader.Names.Select(reader.Get).GroupBy(t => t.Type).MaxBy(g => g.Sum(t => (long)t.Data.Rows * t.Data.Columns))?.Key ?? Spec.StoredType;
    }

    private bool IsRandom => Settings is PretrainSettings { Init: WeightInit.Random };

    private bool IsFull => Settings.TunerType == TunerType.Full;

    /// <summary>What the run takes beyond what the process held when it was planned.</summary>
    private long NewBytes(MemoryPlan plan) => plan.TotalBytes - heldBytes;

    private void RequireMemory()
    {
        var (needed, available) = (NewBytes(Memory), SystemMemory.AvailableBytes);
        if (needed <= available) return;
        throw new HoneException(ExitCode.Memory, $"The run needs {ByteCount.Text(needed)} and {ByteCount.Text(available)} are free.", null,
            (GradientCheckpointing ? "" : "Set gradient_checkpointing true, or ") + "lower max_length or per_device_train_batch_size"
            + (IsFull ? ", or use tuner_type lora" : "") + "; hone plan shows what takes how much.");
    }
}

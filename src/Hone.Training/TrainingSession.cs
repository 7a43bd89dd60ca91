using System.Text.Json;
using Hone.Data;
using Hone.Data.Readers;
using Hone.Data.Registration;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Data.Storage;
using Hone.Data.Streaming;
using Hone.Hub;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Models.Weights;
using Hone.Settings;
using Hone.Tensors;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;
using Hone.Training.Checkpoints;
using Hone.Training.Planning;
using Hone.Training.Runs;

namespace Hone.Training;

/// <summary>
/// A training run put together from its settings: model files, data, plan, then weights and trainer. Everything that can be
/// wrong is found before anything is written.
/// </summary>
public sealed partial class TrainingSession : IDisposable
{
    private readonly IKernels kernels;
    private readonly Registry registry;
    private readonly HubAccess hub;
    private readonly DescribedModel? model;
    private Decoder? decoder;
    private Trainer? trainer;
    private RunDirectory? run;
    private ITrainingObserver? observer;
    private string? resume;
    private IReadOnlyList<string> pinnedDataset = [];
    private IReadOnlyList<string> dataFiles = [];
    private long heldBytes;

    private TrainingSession(TrainingSettings settings, IKernels kernels, HubAccess? hub, bool withWeights, CancellationToken cancellation)
    {
        settings = Registrations.Resolve(settings);
        registry = Registrations.Of(settings);
        Settings = settings;
        this.kernels = kernels;
        this.hub = hub ?? new HubAccess(HubOptions.FromEnvironment() with { DefaultSite = settings.UseHf ? HubSite.HuggingFace : HubSite.ModelScope });
        StartTimes.Done("threads");
        if (withWeights && !IsRandom) model = ModelFolders.Describe(settings.Model!, settings.ModelRevision, this.hub, cancellation);
        ModelFolder = model?.Folder ?? ModelFolders.Find(settings.Model!, ModelParts.Description, settings.ModelRevision, this.hub, cancellation);
        AdapterFolder = settings.Adapters is { } adapter ? ModelFolders.Find(adapter, ModelParts.Adapter, null, this.hub, cancellation) : null;
        Spec = DecoderSpec.Load(ModelFolder);
        Tokenizer = Tokenizer.LoadIfPresent(ModelFolder);
        Tokenizer?.RequireFits(Spec.VocabularySize, ModelFolder);
        StartTimes.Done("tokenizer");
        Template = TemplateChoice.FindOrDefault(settings.Template, ModelFolder, AdapterFolder, registry.Templates);
        EndIds = Tokenizer?.StopIds(Spec.EndIds, Template.Template) ?? Spec.EndIds;
        MaxLength = RowLength.Of(settings.MaxLength, Spec);
    }

    /// <summary>What was asked for, with what <c>max_memory</c> led to.</summary>
    public TrainingSettings Settings { get; private set; }

    /// <summary>Folder of the model that is trained.</summary>
    public string ModelFolder { get; }

    /// <summary>Folder of the adapter that training starts from; null for a new one, or none.</summary>
    public string? AdapterFolder { get; }

    /// <summary>Shape of the model.</summary>
    public DecoderSpec Spec { get; }

    /// <summary>The model's tokenizer; null when the folder has none, which rows of <c>input_ids</c> don't need.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>The chat template of conversations, and why it is this one.</summary>
    public TemplateChoice Template { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> EndIds { get; }

    /// <summary>Longest row, tokens.</summary>
    public int MaxLength { get; }

    /// <summary>Training rows.</summary>
    public LoadedDataset Train { get; private set; } = null!;

    /// <summary>Training rows that are read while the run goes on; null when they are all in <see cref="Train"/>, which is null otherwise.</summary>
    public SampleStream? Stream { get; private set; }

    /// <summary>Validation rows; null without.</summary>
    public LoadedDataset? Validation { get; private set; }

    /// <summary>Steps and largest micro-batch.</summary>
    public TrainingPlan Plan { get; private set; } = null!;

    /// <summary>What the run will hold in memory.</summary>
    public MemoryPlan Memory { get; private set; } = null!;

    /// <summary>Parameters that are trained.</summary>
    public long TrainableParameters { get; private set; }

    /// <summary>The adapter that is trained, new or from a file; null when all weights are.</summary>
    public PeftConfig? Adapter { get; private set; }

    /// <summary>Operations of a step.</summary>
    public FlopModel Flops { get; private set; } = null!;

    /// <summary>How long the stages of the start took.</summary>
    public StartTimes StartTimes { get; } = new();

    /// <summary>Whether activations are computed again in the backward pass.</summary>
    public bool GradientCheckpointing { get; private set; }

    /// <summary>What <c>max_memory</c> led to and why, for people; null without it.</summary>
    public string? MemoryFit { get; private set; }

    /// <summary>The model with its adapter; there after <see cref="Start"/>.</summary>
    public Decoder Decoder => decoder ?? throw new InvalidOperationException("The session has not been started.");

    private TrainerOptions Options { get; set; } = null!;

    /// <summary>Reads the model's description and the data, and plans the run. No weight is loaded, nothing is written.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="progress">Told how far reading a data set is.</param>
    /// <param name="hub">The way to models and data sets on hubs; null goes by the settings and the variables of this process.</param>
    /// <param name="withWeights">Whether the weights of a model on a hub are fetched; a plan needs none.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">Settings, model files or data can't be used, or memory will not suffice.</exception>
    public static TrainingSession Prepare(TrainingSettings settings, Action<LoadProgress>? progress = null, HubAccess? hub = null, bool withWeights = true, CancellationToken cancellation = default)
    {
        var session = WithData(settings, progress, hub, withWeights, cancellation);
        try
        {
            session.FetchWeights(cancellation);
            session.MakePlan();
            session.StartTimes.Done("plan");
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Reads the model's description and the data, and plans nothing: <see cref="Train"/> and <see cref="Validation"/> are there.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="progress">Told how far reading a data set is.</param>
    /// <param name="hub">The way to models and data sets on hubs; null goes by the settings and the variables of this process.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">Settings, model files or data can't be used.</exception>
    public static TrainingSession WithData(TrainingSettings settings, Action<LoadProgress>? progress = null, HubAccess? hub = null, CancellationToken cancellation = default) =>
        WithData(settings, progress, hub, withWeights: false, cancellation);

    private static TrainingSession WithData(TrainingSettings settings, Action<LoadProgress>? progress, HubAccess? hub, bool withWeights, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SettingsBinder.ThrowIfInvalid(settings);
        var kernels = new CpuKernels(settings.Threads ?? 0);
        TrainingSession? session = null;
        try
        {
            session = new TrainingSession(settings, kernels, hub, withWeights, cancellation);
            session.LoadData(progress, cancellation);
            session.StartTimes.Done("template and data");
            return session;
        }
        catch
        {
            if (session is null) kernels.Dispose();
            else session.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Loads or makes the weights, attaches the adapter, and resumes if asked to. Nothing is written; a checkpoint that a process was
    /// replacing when it died is brought back.
    /// </summary>
    /// <param name="observer">Hears what happens.</param>
    /// <exception cref="HoneException">Memory doesn't suffice, weights or checkpoint can't be used, or the output folder is taken.</exception>
    public void Start(ITrainingObserver? observer = null)
    {
        if (trainer is not null) throw new InvalidOperationException("The session has been started already.");
        RequireMemory();
        this.observer = observer;
        resume = FindCheckpoint(observer);
        RequireOutput(resume);
        decoder = LoadModel();
        StartTimes.Done("weights");
        trainer = Stream is null
            ? new Trainer(decoder, Train.Samples, Validation?.Samples ?? [], Options, run: null, observer)
            : new Trainer(decoder, Stream, Validation?.Samples ?? [], Options, run: null, observer);
        if (resume is not null) trainer.Resume(resume);
        StartTimes.Done("trainer");
    }

    /// <summary>Opens the folder of the run and trains to the end, or until asked to stop.</summary>
    /// <param name="stop">Finish the running step, save, and return.</param>
    /// <param name="stopNow">Finish the running micro-batch only, save with its gradients, and return.</param>
    /// <exception cref="HoneException">The folder can't be written, a loss or gradient is not finite, or a checkpoint can't be saved.</exception>
    public SftResult Run(CancellationToken stop = default, CancellationToken stopNow = default)
    {
        if (trainer is null) throw new InvalidOperationException("The session has not been started.");
        if (run is null)
        {
            // Nothing is written before this: a run that can't start, or is stopped first, must not cost the one before.
            // What is in the way is looked at again: loading took a while.
            var replaces = ReplacesRun(resume);
            if (replaces) RequireReplaceable(resume);
            run = replaces ? ReplacedRun.Replace(Settings.OutputDir, () => OpenRun(resume)) : OpenRun(resume);
            trainer.WriteTo(run, resume);
            observer?.Opened(run.Path);
        }

        return trainer.Run(stop, stopNow);
    }

    /// <summary>Puts the weights of a checkpoint of this run into the model, to look at them; training does not go on from there.</summary>
    public void LoadCheckpoint(string checkpoint) => CheckpointContents.ReadWeights(checkpoint, Decoder);

    /// <inheritdoc/>
    public void Dispose()
    {
        trainer?.Dispose();
        run?.Dispose();
        decoder?.Dispose();
        kernels.Dispose();
        Stream?.Dispose();
        Train?.Dispose();
        Validation?.Dispose();
    }

    /// <summary>Without a tokenizer only rows of ids can be trained on; the first row of each data set tells which kind it is.</summary>
    private void RequireTokenizerForText(RowSources sources, DatasetOptions options)
    {
        if (Tokenizer is not null) return;
        foreach (var source in sources.Sources)
        {
            var first = (source with { Count = null }).Read(options).FirstOrDefault(r => r.Error is null);
            if (first.Json.ValueKind == JsonValueKind.Undefined || RowSchema.Parse(first.Json, out _) is Pretokenized or null) continue;
            throw new HoneException(ExitCode.Model, $"The model folder has no tokenizer, and the rows of {source.Name} are text.", ModelFolder,
                "Put the tokenizer files of the model into it.");
        }
    }

    private void LoadData(Action<LoadProgress>? progress, CancellationToken cancellation)
    {
        var sources = new DatasetSources(Settings.CustomDatasetInfo, hub, registry, cancellation);
        var rows = Limited(sources.Open(Settings.Dataset)) with
        {
            Shares = Settings.InterleaveProb,
            UntilAllExhausted = Settings.StoppingStrategy == StoppingStrategy.AllExhausted,
        };
        var validationRows = Settings.ValDataset.Count > 0 ? Limited(sources.Open(Settings.ValDataset)) : null;
        dataFiles = [.. rows.Sources.Concat(validationRows?.Sources ?? []).SelectMany(s => s.Files)];
        pinnedDataset = [.. rows.Sources.Zip(Settings.Dataset, (source, entry) => source.Pinned ?? entry)];
        var options = new DatasetOptions
        {
            Scope = Settings.LossScale.Scope,
            LossRules = Settings.LossScale.Rules,
            Columns = RowMapping.ParseColumns(Settings.Columns),
            DatasetInfo = Settings.CustomDatasetInfo,
            System = Settings.System,
            MaxLength = MaxLength,
            Truncation = RowChoices.Of(Settings.TruncationStrategy),
            ModelName = Settings.ModelName,
            ModelAuthor = Settings.ModelAuthor,
            Seed = (ulong)Settings.EffectiveDataSeed,
            SampleAtRandom = Settings.Shuffle,
            VocabularySize = Spec.VocabularySize,
            Threads = Settings.Threads,
            EndId = Tokenizer?.EndId ?? (Spec.EndIds.Count > 0 ? Spec.EndIds[0] : null),
            IsInspection = isInspection,
            ProvesRendering = provesRendering,
        };
        RequireTokenizerForText(rows, options);
        if (!isInspection) RequireProof(rows, options, cancellation);
        loader = new DatasetLoader(Tokenizer, Template.Template, EndIds, options)
        {
            Cache = Settings.TokenCache == false ? null
                : new TokenCache(TokenCache.UsualFolder, ModelFolder, Settings.TokenCache == true ? 0 : TokenCache.UsualMinimumBytes),
        };
        trainingRows = rows;
        if (Settings.Streaming) Stream = loader.Stream(rows, StreamOptions(), ModelFolder);
        else Train = Load(loader, rows, progress, cancellation);
        if (validationRows is not null) Validation = Load(loader, validationRows, progress, cancellation);
        else if (Settings.SplitDatasetRatio > 0) (Train, Validation) = DatasetSplit.Split(Train, Settings.SplitDatasetRatio, (ulong)Settings.EffectiveDataSeed, Settings.Shuffle);
    }

    private RowSources Limited(RowSources rows) => rows with { Sources = [.. rows.Sources.Select(s => s with { Most = Settings.MaxSamples })] };

    private StreamOptions StreamOptions() => new()
    {
        BatchSize = Settings.PerDeviceTrainBatchSize,
        PackingLength = Settings.Packing ? Settings.PackingLength ?? MaxLength : 0,
        ShuffleBufferSize = Settings.Shuffle ? Settings.ShuffleBufferSize : 0,
        Seed = (ulong)Settings.EffectiveDataSeed,
        Strict = Settings.Strict,
    };

    private LoadedDataset Load(DatasetLoader loader, RowSources rows, Action<LoadProgress>? progress, CancellationToken cancellation)
    {
        var data = loader.Load(rows, progress, cancellation);
        // Where every token is learned, so are the ends of turns inside a text, and the text's own end is its author's choice.
        var needsEnds = Settings.LossScale.Scope != LossScope.Everything && !Settings.AcceptUnprovenTemplate;
        if (Settings.Strict) data.Report.RequireEveryRow(needsEnds);
        return data;
    }

    /// <summary>Fetches the weights of a model on a hub. They may take hours: what can be wrong without them is found before.</summary>
    private void FetchWeights(CancellationToken cancellation)
    {
        if (model is not { IsOnHub: true }) return;
        RequireOutput(FindCheckpoint(null));
        model.FetchWeights(cancellation);
        StartTimes.Done("weights from the hub");
    }

    private Decoder LoadModel()
    {
        var model = IsRandom ? Decoder.Create(Spec, kernels, (ulong)Settings.Seed) : Decoder.Load(ModelFolder, kernels, IsFull);
        try
        {
            AttachAdapter(model);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private void AttachAdapter(Decoder decoder)
    {
        if (IsFull) return;
        if (AdapterFolder is not { } folder)
        {
            decoder.AddLora(AdapterConfig(), (ulong)Settings.Seed);
            return;
        }

        decoder.LoadAdapter(folder, trainable: true);

        // Training goes on with this model, whatever the adapter was made with. A folder may be a copy of what the adapter names.
        if (model is { IsOnHub: true }) decoder.NameBaseModel(ModelFolders.BaseOf(Settings.Model!), ModelFolders.RevisionOf(Settings.Model!, Settings.ModelRevision));
    }

    private PeftConfig AdapterConfig() => new()
    {
        BaseModel = ModelFolders.BaseOf(Settings.Model!),
        Revision = ModelFolders.RevisionOf(Settings.Model!, Settings.ModelRevision),
        Rank = Settings.LoraRank,
        LoraAlpha = Settings.LoraAlpha,
        LoraDropout = Settings.LoraDropout,
        UseRsLora = Settings.UseRsLora,
        Target = Settings.TargetsAllLinear ? TargetModules.AllLinear
            : Settings.TargetsRegex ? TargetModules.Text(Settings.TargetModules[0])
            : TargetModules.List(Settings.TargetModules),
    };
}

using Hone.Data.Packing;
using Hone.Models;
using Hone.Settings;

namespace Hone.Training;

/// <summary>What a run will do, known before its first step: steps, micro-batches, and the largest sizes that memory must hold.</summary>
public sealed class TrainingPlan
{
    private readonly SampleSizes train;
    private readonly SampleSizes validation;
    private readonly TrainerOptions options;

    /// <summary>Plans a run.</summary>
    /// <param name="train">Training samples, at least one.</param>
    /// <param name="validation">Validation samples, or none.</param>
    /// <param name="options">The run.</param>
    /// <exception cref="HoneException">There is nothing to train on.</exception>
    public TrainingPlan(IReadOnlyList<TokenizedSample> train, IReadOnlyList<TokenizedSample> validation, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        this.options = options;
        this.train = new SampleSizes(train);
        this.validation = new SampleSizes(validation);
        var settings = options.Settings;
        var first = Epoch(0);
        AccumulationSteps = settings.EffectiveGradientAccumulationSteps;
        MicroBatchesPerEpoch = first.MicroBatchCount;
        PackingEfficiency = first.PackingEfficiency;
        StepsPerEpoch = (MicroBatchesPerEpoch + AccumulationSteps - 1) / AccumulationSteps;
        TotalSteps = settings.MaxSteps > 0
            ? settings.MaxSteps
            : checked((int)Math.Ceiling(settings.NumTrainEpochs * StepsPerEpoch));
        Rows = train.Count;
        Tokens = this.train.Lengths.Sum(n => (long)n);
        LearnedTokens = this.train.AllTargets();
        UsualSequence = (int)Math.Ceiling(this.train.Lengths.Sum(n => (double)n * n) / Tokens);
        Measure(first);
    }

    private TrainingPlan(IReadOnlyList<TokenizedSample> validation, TrainerOptions options)
    {
        (this.options, train, this.validation) = (options, new SampleSizes([]), new SampleSizes(validation));
        var settings = options.Settings;
        IsStreamed = true;
        TotalSteps = StepsPerEpoch = settings.MaxSteps;
        AccumulationSteps = settings.EffectiveGradientAccumulationSteps;
        MicroBatchesPerEpoch = checked(TotalSteps * AccumulationSteps);
        MaxTokens = MaxTargets = checked(settings.PerDeviceTrainBatchSize * (settings.Packing ? Math.Max(options.PackingLength, options.LongestRow) : options.LongestRow));
        Tokens = LearnedTokens = (long)MaxTokens * MicroBatchesPerEpoch;
        UsualSequence = options.LongestRow;
        PackingEfficiency = 1;
        if (Validation() is { } evaluation) Include(evaluation, this.validation);
    }

    /// <summary>
    /// Plans a run on rows that nobody has seen yet: <c>max_steps</c> are one epoch, and every micro-batch is taken to be the largest that there
    /// can be.
    /// </summary>
    /// <param name="validation">Validation samples, or none.</param>
    /// <param name="options">The run.</param>
    public static TrainingPlan OfStream(IReadOnlyList<TokenizedSample> validation, TrainerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new TrainingPlan(validation, options);
    }

    /// <summary>Whether rows are read while the run goes on: tokens are then the most that there can be, and the number of rows is not known.</summary>
    public bool IsStreamed { get; }

    /// <summary>Training rows.</summary>
    public int Rows { get; }

    /// <summary>Tokens of all training rows.</summary>
    public long Tokens { get; }

    /// <summary>Tokens of them that are learned.</summary>
    public long LearnedTokens { get; }

    /// <summary>Micro-batches in an epoch.</summary>
    public int MicroBatchesPerEpoch { get; }

    /// <summary>Micro-batches in a full optimizer step; the last step of an epoch can have fewer.</summary>
    public int AccumulationSteps { get; }

    /// <summary>Optimizer steps in an epoch.</summary>
    public int StepsPerEpoch { get; }

    /// <summary>Optimizer steps of the run.</summary>
    public int TotalSteps { get; }

    /// <summary>Tokens of the longest micro-batch, validation included.</summary>
    public int MaxTokens { get; private set; }

    /// <summary>Most learned tokens in a micro-batch, validation included.</summary>
    public int MaxTargets { get; private set; }

    /// <summary>Tokens of the sample that a token is in, on average over all tokens of the training rows.</summary>
    public int UsualSequence { get; }

    /// <summary>Evaluations in the run.</summary>
    public int Evaluations
    {
        get
        {
            if (validation.Lengths.Length == 0) return 0;
            var settings = options.Settings;
            return settings.EffectiveEvalStrategy switch
            {
                IntervalStrategy.No => 0,
                IntervalStrategy.Epoch => (TotalSteps + StepsPerEpoch - 1) / StepsPerEpoch,
                _ => (TotalSteps + settings.EffectiveEvalSteps - 1) / settings.EffectiveEvalSteps,
            };
        }
    }

    /// <summary>Tokens of all validation rows.</summary>
    public long ValidationTokens => validation.Lengths.Sum(n => (long)n);

    /// <summary>Tokens of them that have a target.</summary>
    public long ValidationLearnedTokens => validation.AllTargets();

    /// <summary>Share of the room in packs that is used; 1 without packing.</summary>
    public double PackingEfficiency { get; }

    /// <summary>The workspace that the largest micro-batch needs.</summary>
    internal WorkspaceShape Shape(bool checkpointing, bool fewLogits = false) => new(MaxTokens, MaxTargets, Training: true, checkpointing, fewLogits, OneMicroBatch: AccumulationSteps == 1);

    /// <summary>The order of an epoch.</summary>
    internal EpochPlan Epoch(int epoch) => EpochPlan.Create(train.Lengths, options.TrainingOrder, epoch);

    /// <summary>The order of an evaluation; null when there are no validation rows.</summary>
    internal EpochPlan? Validation() =>
        validation.Lengths.Length == 0 ? null : EpochPlan.Create(validation.Lengths, options.ValidationOrder, 0);

    private void Measure(EpochPlan first)
    {
        // Unshuffled epochs are all alike. A shuffled one puts other rows together each time.
        var epochs = options.Settings.Shuffle ? (TotalSteps + StepsPerEpoch - 1) / StepsPerEpoch : 1;
        Include(first, train);
        for (var epoch = 1; epoch < epochs; epoch++) Include(Epoch(epoch), train);
        if (Validation() is { } evaluation) Include(evaluation, validation);
    }

    private void Include(EpochPlan plan, SampleSizes sizes)
    {
        for (var i = 0; i < plan.MicroBatchCount; i++)
        {
            var targets = 0;
            foreach (var sample in plan.SamplesOf(i)) targets += sizes.Targets(sample);
            MaxTokens = Math.Max(MaxTokens, plan.TokensOf(i));
            MaxTargets = Math.Max(MaxTargets, targets);
        }
    }
}

using Hone.Models;

namespace Hone.Training.Planning;

/// <summary>How long a run will take: what it has to do, at the speed that <see cref="SpeedProbe"/> measured. Writing checkpoints is not in it.</summary>
public sealed class TimeForecast
{
    /// <summary>Forecasts a run; measures for about a third of a second, half a second where the run evaluates.</summary>
    /// <param name="model">The model, or its outline, with its adapter.</param>
    /// <param name="plan">The run.</param>
    /// <param name="checkpointing">Whether activations are computed again.</param>
    /// <param name="clock">What the measurement goes by, seconds; null takes the wall clock.</param>
    public TimeForecast(Decoder model, TrainingPlan plan, bool checkpointing, Func<double>? clock = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(plan);
        var flops = new FlopModel(model);
        var microBatch = (int)((plan.Tokens + plan.MicroBatchesPerEpoch - 1) / plan.MicroBatchesPerEpoch);
        var speed = new SpeedProbe(model, model.Kernels, microBatch, plan.UsualSequence, checkpointing, evaluates: plan.Evaluations > 0, clock);
        var epochs = (double)plan.TotalSteps / plan.StepsPerEpoch;
        var training = epochs * (flops.OfBlocks(plan.Tokens, plan.LearnedTokens) * speed.SecondsPerOperation
            + plan.LearnedTokens * speed.SecondsPerLearnedToken)
            + plan.TotalSteps * model.TrainableParameters.Sum(p => p.Count) * speed.SecondsPerParameter;
        Operations = flops.Of(plan.Tokens * epochs, plan.LearnedTokens * epochs);
        Training = TimeSpan.FromSeconds(training);
        Evaluation = TimeSpan.FromSeconds(plan.Evaluations * (plan.ValidationTokens * speed.EvaluationSecondsPerToken
            + plan.ValidationLearnedTokens * speed.EvaluationSecondsPerLearnedToken));
        Step = Training / plan.TotalSteps;
    }

    /// <summary>Floating-point operations of all steps, as <see cref="FlopModel"/> counts them.</summary>
    public double Operations { get; }

    /// <summary>All optimizer steps.</summary>
    public TimeSpan Training { get; }

    /// <summary>All evaluations.</summary>
    public TimeSpan Evaluation { get; }

    /// <summary>One optimizer step, on average.</summary>
    public TimeSpan Step { get; }

    /// <summary>Everything.</summary>
    public TimeSpan Total => Training + Evaluation;

    /// <summary>What the steps are to reach, in 10⁹ operations a second.</summary>
    public double Gigaflops => Operations / Math.Max(Training.TotalSeconds, 1e-9) * 1e-9;
}

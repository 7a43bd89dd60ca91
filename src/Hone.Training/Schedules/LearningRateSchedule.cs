using Hone.Settings;

namespace Hone.Training.Schedules;

/// <summary>
/// The learning rate as a pure function of the step, with the formulas of Hugging Face's schedulers of the same names
/// (<c>transformers/optimization.py</c>).
/// </summary>
/// <param name="Type">Shape after warm-up.</param>
/// <param name="Peak">Rate after warm-up.</param>
/// <param name="WarmupSteps">Steps in which the rate rises from 0.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
public readonly record struct LearningRateSchedule(LrSchedulerType Type, double Peak, int WarmupSteps, int TotalSteps)
{
    /// <summary>The rate of optimizer step <paramref name="step"/>, counting from 0; past the end too.</summary>
    public double this[int step] => Peak * Factor(step);

    private double Factor(int step)
    {
        if (Type == LrSchedulerType.Constant) return 1;
        if (step < WarmupSteps) return (double)step / Math.Max(1, WarmupSteps);
        var rest = Math.Max(1, TotalSteps - WarmupSteps);
        return Type switch
        {
            LrSchedulerType.ConstantWithWarmup => 1,
            LrSchedulerType.Linear => Math.Max(0, (double)(TotalSteps - step) / rest),
            LrSchedulerType.Cosine => Math.Max(0, 0.5 * (1 + Math.Cos(Math.PI * ((double)(step - WarmupSteps) / rest)))),
            _ => throw new InvalidOperationException($"no formula for {Type}"),
        };
    }
}

namespace Hone.Training;

/// <summary>
/// Hears what a run does, on the run's own thread and in order. Every method does nothing unless implemented. An observer can't
/// change a run; it can cancel the token that it was started with.
/// </summary>
public interface ITrainingObserver
{
    /// <summary>The folder of the run is open; nothing was written before.</summary>
    /// <param name="runDirectory">Its path, absolute.</param>
    void Opened(string runDirectory)
    {
    }

    /// <summary>Everything is planned and loaded; the first step follows.</summary>
    /// <param name="plan">What will be done.</param>
    /// <param name="startStep">Steps that a resumed run has done already.</param>
    void Started(TrainingPlan plan, int startStep)
    {
    }

    /// <summary>A micro-batch went forward and backward.</summary>
    /// <param name="step">The optimizer step that it belongs to, from 1.</param>
    /// <param name="index">Number of the micro-batch in its step, from 1.</param>
    /// <param name="count">Micro-batches in the step.</param>
    void MicroBatchCompleted(int step, int index, int count)
    {
    }

    /// <summary>An optimizer step is done.</summary>
    void StepCompleted(in StepReport report)
    {
    }

    /// <summary>A line went to the log.</summary>
    void Logged(LogEntry entry)
    {
    }

    /// <summary>The validation rows were evaluated.</summary>
    /// <param name="entry">With <c>eval_loss</c> and <c>eval_token_acc</c>.</param>
    void EvaluationCompleted(LogEntry entry)
    {
    }

    /// <summary>A checkpoint is complete on disk.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="isBest">Whether it is the best so far.</param>
    void CheckpointSaved(string path, bool isBest)
    {
    }

    /// <summary>Something that the person should know and that does not stop the run.</summary>
    void Warned(string message)
    {
    }
}

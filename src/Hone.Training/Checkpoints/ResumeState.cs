namespace Hone.Training.Checkpoints;

/// <summary>
/// <c>hone_state.json</c>: where the run stands, and what its bits depend on. The tensors lie beside it in
/// <c>hone_state.safetensors</c>.
/// </summary>
internal sealed record ResumeState
{
    public const string FileName = "hone_state.json";
    public const string TensorFileName = "hone_state.safetensors";
    public const int CurrentVersion = 2;

    /// <summary>Version of this format.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Optimizer steps that the optimizer has counted, for the bias corrections.</summary>
    public int OptimizerSteps { get; init; }

    /// <summary>Everything that changes the bits of the run, by name.</summary>
    public SortedDictionary<string, string> Fingerprint { get; init; } = [];

    /// <summary>Where the run stands.</summary>
    public TrainingProgress Progress { get; init; } = new();
}

using Hone.Data;
using Hone.Data.Ledger;
using Hone.Data.Sources;
using Hone.Hub;
using Hone.Kernels.Cpu;
using Hone.Settings;

namespace Hone.Training;

/// <content>A look at the rows of a run, before anything is planned.</content>
public sealed partial class TrainingSession
{
    private bool isInspection;
    private bool provesRendering;
    private DatasetLoader? loader;
    private RowSources? trainingRows;

    /// <summary>
    /// Reads the model's description and the rows as the run would, and leaves it at that: <see cref="Train"/> and
    /// <see cref="Validation"/> say what is learned, and which rows the run would refuse or leave out.
    /// </summary>
    /// <param name="settings">The settings.</param>
    /// <param name="provesRendering">Whether each conversation is compared with what inference sees.</param>
    /// <param name="progress">Told how far reading a data set is.</param>
    /// <param name="hub">The way to models and data sets on hubs; null goes by the settings and the variables of this process.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">Settings or model files can't be used, or a file can't be read at all.</exception>
    public static TrainingSession Inspect(
        TrainingSettings settings, bool provesRendering, Action<LoadProgress>? progress = null, HubAccess? hub = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        SettingsBinder.ThrowIfInvalid(settings);
        var kernels = new CpuKernels(settings.Threads ?? 0);
        TrainingSession? session = null;
        try
        {
            session = new TrainingSession(settings with { Strict = false, SplitDatasetRatio = 0, Streaming = false, TokenCache = false }, kernels, hub, withWeights: false, cancellation) { isInspection = true, provesRendering = provesRendering };
            session.LoadData(progress, cancellation);
            return session;
        }
        catch
        {
            if (session is null) kernels.Dispose();
            else session.Dispose();
            throw;
        }
    }

    /// <summary>Training rows that are asked for, in order and as the model sees them, read once more.</summary>
    /// <param name="isWanted">Whether the row there is asked for.</param>
    /// <param name="cancellation">Stops.</param>
    public IEnumerable<LedgerRow> Rows(Func<RowLocation, bool> isWanted, CancellationToken cancellation = default) =>
        loader!.Show(trainingRows!, isWanted, cancellation);
}

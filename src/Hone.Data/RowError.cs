namespace Hone.Data;

/// <summary>Why a row can't be used.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Reason">What is wrong with it, a short sentence without a full stop.</param>
public sealed record RowError(RowLocation Location, string Reason)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Location}: {Reason}";
}

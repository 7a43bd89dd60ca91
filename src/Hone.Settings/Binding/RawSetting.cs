namespace Hone.Settings;

/// <summary>A setting as it was written, before its name and value are understood.</summary>
/// <param name="Key">The name as written, without leading dashes.</param>
/// <param name="Values">The values as texts; null when the file says null.</param>
/// <param name="Origin">Where it stands, for errors: <c>--lr</c>, <c>HONE_LR</c> or <c>run.yaml:3</c>.</param>
/// <param name="Folder">The configuration file's folder; null for flags and variables.</param>
internal sealed record RawSetting(string Key, IReadOnlyList<string>? Values, string Origin, string? Folder = null)
{
    /// <summary>Whether files or plug-ins are named that may register names, which are no paths.</summary>
    public bool MayBeRegistered { get; init; }
}

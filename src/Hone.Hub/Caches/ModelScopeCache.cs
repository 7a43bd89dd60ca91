namespace Hone.Hub.Caches;

/// <summary>
/// The folders of ModelScope's own library: <c>models/{owner}/{name}</c> with files of the main branch under their own names; a dot in a name
/// is written <c>___</c>. That library puts every revision there; here a named one has a folder of its own beside it, so that files of two
/// are never mixed. Its index of files is a Python pickle, which nobody can add to without running what it says: it is left alone, and that
/// library fetches anew what is not in it.
/// </summary>
internal sealed class ModelScopeCache(string root) : IHubCache
{
    private const string Temporary = "._____temp";

    /// <inheritdoc/>
    public string? KnownCommit(HubId id, RepositoryKind kind) => null;

    /// <inheritdoc/>
    public void Remember(HubId id, RepositoryKind kind, string? commit)
    {
    }

    /// <inheritdoc/>
    public string? Snapshot(HubId id, RepositoryKind kind, string? commit) =>
        Path.Combine(root, kind.Plural(), id.Name.Split('/')[0], id.Name.Split('/')[^1].Replace(".", "___", StringComparison.Ordinal) + Suffix(id));

    /// <inheritdoc/>
    public bool Has(HubId id, RepositoryKind kind, string? commit, HubFile file, CancellationToken cancellation)
    {
        var path = Place(id, kind, file);
        if (!File.Exists(path) || new FileInfo(path).Length != file.Size) return false;

        // The folder holds whatever revision was fetched last, so the name says nothing about the content.
        return file.IsContentOf(path, cancellation);
    }

    /// <inheritdoc/>
    public string Incomplete(HubId id, RepositoryKind kind, HubFile file)
    {
        var path = Path.Combine(root, kind.Plural(), Temporary, id.Name + Suffix(id), $"{file.Path}{(file.Sha256 is null ? "" : "." + file.Sha256[..16])}.incomplete");
        DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
        return path;
    }

    /// <inheritdoc/>
    public void Place(HubId id, RepositoryKind kind, string? commit, HubFile file)
    {
        var path = Place(id, kind, file);
        DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
        File.Move(Incomplete(id, kind, file), path, overwrite: true);
    }

    /// <inheritdoc/>
    public string Listing(HubId id, RepositoryKind kind, string? commit) =>
        Path.Combine(root, kind.Plural(), Temporary, id.Name, $".hone-{Uri.EscapeDataString(id.Revision ?? "")}.json");

    /// <inheritdoc/>
    public string Lock(HubId id, RepositoryKind kind, HubFile file) => Incomplete(id, kind, file) + ".lock";

    /// <summary>No name of a repository holds an <c>@</c>.</summary>
    private static string Suffix(HubId id) => id.Revision is null ? "" : "@" + Uri.EscapeDataString(id.Revision);

    private string Place(HubId id, RepositoryKind kind, HubFile file) => Path.Combine(Snapshot(id, kind, null)!, file.Path);
}

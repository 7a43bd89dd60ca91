namespace Hone.Hub.Caches;

/// <summary>
/// The cache of huggingface_hub, laid out as it does, so that both use each other's downloads: <c>blobs/</c> holds contents under their
/// checksum, <c>snapshots/{commit}/</c> relative links to them, <c>refs/{revision}</c> the commit of a branch or tag; locks stand in
/// <c>.locks</c>.
/// </summary>
/// <param name="root">Folder of the cache.</param>
/// <param name="link">Makes a symbolic link with a path and a target, or fails as the system does.</param>
internal sealed class HuggingFaceCache(string root, Action<string, string>? link = null) : IHubCache
{
    private readonly Action<string, string> link = link ?? ((path, target) => File.CreateSymbolicLink(path, target));

    /// <inheritdoc/>
    public string? KnownCommit(HubId id, RepositoryKind kind)
    {
        if (HubFile.IsHash(id.Revision, 20)) return id.Revision;
        var file = Ref(id, kind);
        if (!File.Exists(file)) return null;
        var commit = File.ReadAllText(file).Trim();
        return HubFile.IsHash(commit, 20) ? commit : null;
    }

    /// <inheritdoc/>
    public void Remember(HubId id, RepositoryKind kind, string? commit)
    {
        if (commit is null || commit == id.Revision || KnownCommit(id, kind) == commit) return;
        var file = Ref(id, kind);
        DurableFiles.CreateFolder(Path.GetDirectoryName(file)!);
        DurableFiles.Write(file, stream => stream.Write(System.Text.Encoding.ASCII.GetBytes(commit)));
    }

    /// <inheritdoc/>
    public string? Snapshot(HubId id, RepositoryKind kind, string? commit) => commit is null ? null : Path.Combine(Folder(id, kind), "snapshots", commit);

    /// <inheritdoc/>
    public bool Has(HubId id, RepositoryKind kind, string? commit, HubFile file, CancellationToken cancellation)
    {
        if (IsWhole(Pointer(id, kind, commit, file), file)) return true;
        if (IsWhole(Blob(id, kind, file), file))
        {
            Link(id, kind, commit, file, isNew: false);
            return true;
        }

        // Where there are no links, the content may stand in the snapshot of another commit.
        if (Unlinked(id, kind, file, cancellation) is not { } other) return false;
        Copy(other, Blob(id, kind, file));
        Link(id, kind, commit, file, isNew: true);
        return true;
    }

    /// <inheritdoc/>
    public string Incomplete(HubId id, RepositoryKind kind, HubFile file)
    {
        var blob = Blob(id, kind, file);
        DurableFiles.CreateFolder(Path.GetDirectoryName(blob)!);
        return blob + ".incomplete";
    }

    /// <inheritdoc/>
    public void Place(HubId id, RepositoryKind kind, string? commit, HubFile file)
    {
        File.Move(Incomplete(id, kind, file), Blob(id, kind, file), overwrite: true);
        Link(id, kind, commit, file, isNew: true);
    }

    /// <inheritdoc/>
    public string Listing(HubId id, RepositoryKind kind, string? commit) => Path.Combine(Folder(id, kind), $".hone-{commit}.json");

    /// <inheritdoc/>
    public string Lock(HubId id, RepositoryKind kind, HubFile file) =>
        Path.Combine(root, ".locks", Path.GetFileName(Folder(id, kind)), (file.Sha256 ?? file.GitId) + ".lock");

    private static bool IsWhole(string path, HubFile file) =>
        File.Exists(path) && FileLength.Of(path) == file.Size;

    private string Folder(HubId id, RepositoryKind kind) => Path.Combine(root, $"{kind.Plural()}--{id.Name.Replace("/", "--")}");

    private string Ref(HubId id, RepositoryKind kind) => Path.Combine(Folder(id, kind), "refs", id.Revision ?? "main");

    private string Blob(HubId id, RepositoryKind kind, HubFile file) => Path.Combine(Folder(id, kind), "blobs", (file.Sha256 ?? file.GitId)!);

    private string Pointer(HubId id, RepositoryKind kind, string? commit, HubFile file) => Path.Combine(Snapshot(id, kind, commit)!, file.Path);

    private string? Unlinked(HubId id, RepositoryKind kind, HubFile file, CancellationToken cancellation)
    {
        var snapshots = Path.Combine(Folder(id, kind), "snapshots");
        if (!Directory.Exists(snapshots)) return null;
        return Directory.EnumerateDirectories(snapshots).Select(s => Path.Combine(s, file.Path))
            .FirstOrDefault(f => IsWhole(f, file) && new FileInfo(f).LinkTarget is null && file.IsContentOf(f, cancellation));
    }

    /// <param name="isNew">Whether no other snapshot can have a link to the content.</param>
    private void Link(HubId id, RepositoryKind kind, string? commit, HubFile file, bool isNew)
    {
        var (pointer, blob) = (Pointer(id, kind, commit, file), Blob(id, kind, file));
        var folder = Path.GetDirectoryName(pointer)!;
        DurableFiles.CreateFolder(folder);

        // Replaced, never deleted first: another process may have put the content there meanwhile, and where links fail that is all there is of it.
        var made = $"{pointer}.{Guid.NewGuid():N}.partial";
        try
        {
            link(made, Path.GetRelativePath(folder, blob));
            File.Move(made, pointer, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Where links need special rights huggingface_hub, too, puts the content into the snapshot.
            if (IsWhole(pointer, file)) return;
            if (!isNew) Copy(blob, pointer);
            else MoveInto(pointer, blob, file);
        }
    }

    private static void MoveInto(string pointer, string blob, HubFile file)
    {
        try
        {
            File.Move(blob, pointer, overwrite: true);
        }
        catch (FileNotFoundException) when (IsWhole(pointer, file))
        {
            // Another process was faster.
        }
    }

    private static void Copy(string from, string to)
    {
        DurableFiles.CreateFolder(Path.GetDirectoryName(to)!);
        DurableFiles.Write(to, stream =>
        {
            using var source = File.OpenRead(from);
            source.CopyTo(stream);
        });
    }
}

namespace Hone.Hub.Caches;

/// <summary>Where files of a hub are kept.</summary>
internal interface IHubCache
{
    /// <summary>The commit that a revision stood for when it was last asked, or the revision itself when it is a commit; null when it is not known.</summary>
    string? KnownCommit(HubId id, RepositoryKind kind);

    /// <summary>Remembers the commit of a revision.</summary>
    void Remember(HubId id, RepositoryKind kind, string? commit);

    /// <summary>Folder with the files of a commit under their own names; null for an unknown commit.</summary>
    string? Snapshot(HubId id, RepositoryKind kind, string? commit);

    /// <summary>Whether a file is there, whole. Content that the cache holds under another name is put in its place first.</summary>
    bool Has(HubId id, RepositoryKind kind, string? commit, HubFile file, CancellationToken cancellation);

    /// <summary>Where a file's content grows while it comes in. The folder exists when this returns.</summary>
    string Incomplete(HubId id, RepositoryKind kind, HubFile file);

    /// <summary>Takes a file whose content is complete into the snapshot.</summary>
    void Place(HubId id, RepositoryKind kind, string? commit, HubFile file);

    /// <summary>File that keeps the hub's list of files, for when the hub can't be asked.</summary>
    string Listing(HubId id, RepositoryKind kind, string? commit);

    /// <summary>File that is locked while the content comes in, so that two processes don't write the same.</summary>
    string Lock(HubId id, RepositoryKind kind, HubFile file);
}

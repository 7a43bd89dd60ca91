namespace Hone.Hub.Apis;

/// <summary>How a hub lists repositories and names their files.</summary>
internal interface IHubApi
{
    /// <summary>The commit that a revision stands for; null where the hub has no such question.</summary>
    Task<string?> Commit(HubId id, RepositoryKind kind, CancellationToken cancellation);

    /// <summary>Lists the files of a repository.</summary>
    /// <param name="id">The repository and its revision.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="commit">What <see cref="Commit"/> gave.</param>
    /// <param name="cancellation">Stops.</param>
    Task<IReadOnlyList<HubFile>> Files(HubId id, RepositoryKind kind, string? commit, CancellationToken cancellation);

    /// <summary>Address of a file's content.</summary>
    Uri Address(HubId id, RepositoryKind kind, string? commit, string path);

    /// <summary>Page of the repository, for people.</summary>
    string Page(HubId id, RepositoryKind kind);
}

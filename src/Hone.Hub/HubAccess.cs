namespace Hone.Hub;

/// <summary>The way to models and data sets on hubs, through the caches of this machine.</summary>
/// <param name="options">Addresses, caches, tokens.</param>
public sealed class HubAccess(HubOptions options)
{
    /// <summary>Told how far downloads are, many times a second.</summary>
    public Action<DownloadProgress>? Progress { get; init; }

    /// <summary>Told what a person should know: that something is tried again, or that the hub could not be asked.</summary>
    public Action<string>? Notice { get; init; }

    /// <summary>Addresses, caches, tokens.</summary>
    public HubOptions Options => options;

    /// <summary>Host of the hub that an id is asked from.</summary>
    public string HostOf(string id) =>
        ((HubId.TakePrefix(id).Site ?? options.DefaultSite) == HubSite.ModelScope ? options.ModelScopeEndpoint : options.HuggingFaceEndpoint).Authority;

    /// <summary>Looks up a repository: on its hub, or in the cache when the hub is not to be asked or can't be reached.</summary>
    /// <param name="id">The repository.</param>
    /// <param name="kind">What it is.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">It does not exist, may not be read, or can't be reached and is not in the cache.</exception>
    public HubRepository Open(HubId id, RepositoryKind kind, CancellationToken cancellation = default)
    {
        var repository = new HubRepository(this, id with { Site = id.Site ?? options.DefaultSite }, kind);
        repository.LookUp(cancellation);
        return repository;
    }
}

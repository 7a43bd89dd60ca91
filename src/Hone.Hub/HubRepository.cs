using Hone.Hub.Apis;
using Hone.Hub.Caches;

namespace Hone.Hub;

/// <summary>A model or data set on a hub, at one commit: what it holds, and where its files are on this machine.</summary>
public sealed class HubRepository
{
    private readonly HubAccess access;
    private readonly RepositoryKind kind;
    private readonly IHubCache cache;
    private string? commit;
    private Dictionary<string, HubFile>? listed;
    private bool isOffline;

    internal HubRepository(HubAccess access, HubId id, RepositoryKind kind)
    {
        (this.access, Id, this.kind) = (access, id, kind);
        cache = id.Site == HubSite.ModelScope ? new ModelScopeCache(Options.ModelScopeCache) : new HuggingFaceCache(Options.HuggingFaceCache);
    }

    /// <summary>Its id, with the hub.</summary>
    public HubId Id { get; }

    /// <summary>Folder with the files that were fetched, under their own names.</summary>
    public string Folder => cache.Snapshot(Id, kind, commit)!;

    /// <summary>Paths of all files, with slashes. When the hub was not asked, of those in the cache.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>Its id with the commit that it is at, so that the same files are found again; the plain id where the hub does not tell it.</summary>
    public HubId Pinned => commit is null ? Id : Id with { Revision = commit };

    /// <summary>Where the files come from, for people: <c>huggingface.co at 1a2b3c4</c>.</summary>
    public string Origin => Endpoint.Authority + (commit is null ? Id.Revision is null ? "" : " at " + Id.Revision : " at " + commit[..7]);

    private HubOptions Options => access.Options;

    private Uri Endpoint => Id.Site == HubSite.ModelScope ? Options.ModelScopeEndpoint : Options.HuggingFaceEndpoint;

    /// <summary>Bytes of a file, as the hub lists it; null when the hub was not asked.</summary>
    public long? SizeOf(string path) => listed?.GetValueOrDefault(path)?.Size;

    /// <summary>Fetches files that are not there yet.</summary>
    /// <param name="paths">Paths from <see cref="Files"/>.</param>
    /// <param name="cancellation">Stops; what has come in is kept, and the next call goes on from there.</param>
    /// <exception cref="HoneException">A file can't be had, is not what the hub lists, or can't be written.</exception>
    public void Fetch(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        FetchPart(paths, cancellation);
        if (listed is not null && !isOffline) Note();
    }

    /// <summary>As <c>Fetch</c>, of a model without its weights: a commit that the cache has of the branch stays the one to use when the hub can't be asked.</summary>
    internal void FetchDescription(IEnumerable<string> paths, CancellationToken cancellation)
    {
        if (cache.KnownCommit(Id, kind) is { } known && known != commit) FetchPart(paths, cancellation);
        else Fetch(paths, cancellation);
    }

    /// <summary>As <c>Fetch</c>, when more will be fetched: until all of it is there, the cache keeps the commit that the branch was at before.</summary>
    /// <param name="paths">Paths from <see cref="Files"/>.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">As <c>Fetch</c>.</exception>
    public void FetchPart(IEnumerable<string> paths, CancellationToken cancellation = default)
    {
        if (listed is null) return; // From the cache: the files are there.
        var wanted = paths.Select(p => listed[p]).DistinctBy(f => f.Path).ToList();
        var missing = wanted.FindAll(f => !cache.Has(Id, kind, commit, f, cancellation));
        if (isOffline && missing.Count > 0) throw NotCached(missing[0].Path);
        RequireSpace(missing);
        var total = missing.Sum(f => f.Size);
        var done = 0L;
        if (missing.Count > 0) Guarded(async http =>
        {
            var api = Api(http);
            foreach (var file in missing)
            {
                await Fetch(http, api, file, n => access.Progress?.Invoke(new DownloadProgress(Id.Name, file.Path, done + n, total)), cancellation).ConfigureAwait(false);
                done += file.Size;
            }
        }, cancellation);
    }

    /// <summary>
    /// Keeps what an earlier state of the repository left from being read as a part of this one: ModelScope's folders hold all that was ever
    /// fetched. It is deleted from a folder that is Hone's own; the other one is ModelScope's library's too.
    /// </summary>
    /// <param name="isRead">Whether a file of that name in the folder would be read.</param>
    /// <exception cref="HoneException">There is such a file, and it is not Hone's to delete.</exception>
    internal void DropLeftovers(Predicate<string> isRead)
    {
        if (Id.Site != HubSite.ModelScope || listed is null || !Directory.Exists(Folder)) return;
        foreach (var file in Directory.EnumerateFiles(Folder).Where(f => Path.GetFileName(f) is var name && isRead(name) && !listed.ContainsKey(name)))
        {
            if (Id.Revision is not null) File.Delete(file);
            else throw new HoneException(kind.ExitCode(), $"The cache holds '{Path.GetFileName(file)}' of an earlier state of {Id.Name}; it is not part of it any more, and would be read.", file,
                $"Delete this file, give the folder itself as the model, or name the branch ({Id with { Revision = ModelScopeApi.MainBranch }}): what is named has a folder of its own.");
        }
    }

    /// <summary>Asks the hub what the repository holds; falls back on the cache.</summary>
    internal void LookUp(CancellationToken cancellation)
    {
        if (Options.Offline)
        {
            if (!TakeFromCache()) throw NotCached(null);
            return;
        }

        // What a commit holds never changes, so nobody needs to be asked twice.
        if (HubFile.IsHash(Id.Revision, 20) && ListingFile.Read(cache.Listing(Id, kind, Id.Revision)) is { Count: > 0 } known)
        {
            commit = Id.Revision;
            Take(known);
            return;
        }

        try
        {
            Guarded(async http =>
            {
                var api = Api(http);
                commit = await api.Commit(Id, kind, cancellation).ConfigureAwait(false);
                var files = await api.Files(Id, kind, commit, cancellation).ConfigureAwait(false);
                Take(files);
            }, cancellation);
        }
        catch (HoneException e) when (e.InnerException is HubFault { Kind: FaultKind.Unreachable } && TakeFromCache())
        {
            access.Notice?.Invoke($"{Endpoint.Authority} can't be asked ({e.InnerException.Message}); using {Id.Name} as it is in the cache");
        }
    }

    /// <summary>Keeps what the hub said for when it can't be asked; a cache that may only be read serves all the same.</summary>
    private void Note()
    {
        try
        {
            ListingFile.Write(cache.Listing(Id, kind, commit), listed!.Values);
            cache.Remember(Id, kind, commit);
        }
        catch (HoneException)
        {
            // Whatever had to be written for this run is written: the files themselves.
        }
    }

    private void Take(IReadOnlyList<HubFile> files)
    {
        listed = files.DistinctBy(f => f.Path).ToDictionary(f => f.Path, StringComparer.Ordinal);
        Files = [.. listed.Keys.Order(StringComparer.Ordinal)];
    }

    private bool TakeFromCache()
    {
        commit = cache.KnownCommit(Id, kind);
        isOffline = true;
        if (ListingFile.Read(cache.Listing(Id, kind, commit)) is { Count: > 0 } kept)
        {
            Take(kept);
            return true;
        }

        // What another program fetched: the files are there, though nobody can say whether these are all.
        if (cache.Snapshot(Id, kind, commit) is not { } folder || !Directory.Exists(folder)) return false;
        Files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(File.Exists)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Order(StringComparer.Ordinal)];
        if (Files.Count == 0) return false;
        if (kind == RepositoryKind.Dataset) access.Notice?.Invoke($"{Id.Name} was fetched by another program, and {Endpoint.Authority} is not asked: whether all its files are in the cache can't be told");
        return true;
    }

    private async Task Fetch(HubHttp http, IHubApi api, HubFile file, Action<long> progress, CancellationToken cancellation)
    {
        using var held = await FileLock.Take(cache.Lock(Id, kind, file), access.Notice, cancellation).ConfigureAwait(false);
        if (cache.Has(Id, kind, commit, file, cancellation)) return; // Another process was faster.
        var incomplete = cache.Incomplete(Id, kind, file);
        await new FileDownload(http, file, api.Address(Id, kind, commit, file.Path), incomplete, Options, progress).Run(cancellation).ConfigureAwait(false);
        cache.Place(Id, kind, commit, file);
    }

    private IHubApi Api(HubHttp http) => Id.Site == HubSite.ModelScope ? new ModelScopeApi(Endpoint, http) : new HuggingFaceApi(Endpoint, http);

    private void RequireSpace(List<HubFile> files)
    {
        if (files.Count == 0) return;
        var incomplete = files.ConvertAll(f => cache.Incomplete(Id, kind, f));
        var needed = files.Sum(f => f.Size) - incomplete.Sum(f => File.Exists(f) ? new FileInfo(f).Length : 0);
        var folder = Path.GetDirectoryName(incomplete[0])!;
        if (needed > FreeBytes(folder))
            throw new HoneException(ExitCode.Other, $"{Id.Name} takes {ByteCount.Text(needed)} more, and {ByteCount.Text(FreeBytes(folder))} are free.", folder,
                "Free space, or move the cache with HF_HOME or MODELSCOPE_CACHE.");
    }

    private static long FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return long.MaxValue; // Some file systems don't tell; then writing does.
        }
    }

    /// <summary>Runs requests to their end, and says what went wrong in words for a person.</summary>
    private void Guarded(Func<HubHttp, Task> requests, CancellationToken cancellation)
    {
        using var http = new HubHttp(Endpoint, Id.Site == HubSite.ModelScope ? Options.ModelScopeToken : Options.HuggingFaceToken, Options, access.Notice);
        try
        {
            requests(http).GetAwaiter().GetResult();
        }
        catch (HubFault e)
        {
            throw Explained(e, http);
        }

        cancellation.ThrowIfCancellationRequested();
    }

    private HoneException Explained(HubFault fault, HubHttp http)
    {
        var page = Api(http).Page(Id, kind);
        var token = Id.Site == HubSite.ModelScope ? "MODELSCOPE_API_TOKEN" : "HF_TOKEN";
        return fault.Kind switch
        {
            FaultKind.Missing => new HoneException(kind.ExitCode(), $"There is no {What["the ".Length..]} on {Endpoint.Authority}, and no file or folder of that name here.", page,
                $"Check the spelling and the revision, or give the path of a folder. {OtherHub}", fault),
            FaultKind.Forbidden => new HoneException(kind.ExitCode(), $"{Sentence(What)} does not exist on {Endpoint.Authority}, or may not be read: {fault.Message}.", page,
                $"Check the spelling. For one that is private or has terms to accept, accept them on its page and set {token}. {OtherHub}", fault),
            FaultKind.Unreachable => new HoneException(kind.ExitCode(), $"{Sentence(What)} can't be fetched, and there is no file or folder of that name here: {fault.Message}.", page,
                $"Check the connection{(Id.Site == HubSite.ModelScope ? "" : " (HF_ENDPOINT names a mirror)")} and run the same command again: what has come in is kept. Or give the path of a folder.", fault),
            _ => new HoneException(kind.ExitCode(), $"{Sentence(What)} can't be fetched: {fault.Message}.", page, "Nothing of it was used. Try again later, or fetch it from another place.", fault),
        };
    }

    private string OtherHub => Id.Site == HubSite.ModelScope ? "(hf:: before the id asks Hugging Face.)" : "(ms:: before the id asks ModelScope.)";

    private string What => $"the {kind.Word()} {Id.Name}{(Id.Revision is null ? "" : $" at {Id.Revision}")}";

    private HoneException NotCached(string? file) => new(kind.ExitCode(),
        $"{Sentence(What)} is not {(file is null ? "" : "whole ")}in the cache{(file is null ? "" : $", '{file}' is missing")}, and {(Options.Offline ? "HF_HUB_OFFLINE is set" : $"{Endpoint.Authority} can't be asked")}.",
        cache.Snapshot(Id, kind, commit) ?? Options.HuggingFaceCache, "Fetch it once with a connection, or give the path of a folder.");

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}

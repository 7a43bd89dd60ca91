using System.Globalization;
using System.Text.Json;

namespace Hone.Hub.Apis;

/// <summary>
/// ModelScope's interface, as its own library uses it: <c>/api/v1/models/{id}/repo/files</c> and <c>/api/v1/datasets/{id}/repo/tree</c> list
/// files, <c>/api/v1/models/{id}/repo?Revision=…&amp;FilePath=…</c> gives one.
/// </summary>
internal sealed class ModelScopeApi(Uri endpoint, HubHttp http) : IHubApi
{
    /// <summary>The branch of an id that names none.</summary>
    public const string MainBranch = "master";

    private const int PageSize = 100;
    private const int MaxPages = 500;
    private readonly string root = endpoint.AbsoluteUri.TrimEnd('/');

    /// <inheritdoc/>
    public Task<string?> Commit(HubId id, RepositoryKind kind, CancellationToken cancellation) => Task.FromResult<string?>(null);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HubFile>> Files(HubId id, RepositoryKind kind, string? commit, CancellationToken cancellation)
    {
        var revision = Uri.EscapeDataString(id.Revision ?? MainBranch);
        if (kind == RepositoryKind.Model) return [.. (await Page(new Uri($"{Repository(id, kind)}/files?Revision={revision}&Recursive=true"), cancellation).ConfigureAwait(false)).Files];
        var files = new List<HubFile>();
        for (var number = 1; number <= MaxPages && files.Count <= HubFile.MaxFiles; number++)
        {
            var page = number.ToString(CultureInfo.InvariantCulture);
            var (entries, listed) = await Page(new Uri($"{Repository(id, kind)}/tree?Revision={revision}&Root=/&Recursive=true&PageNumber={page}&PageSize={PageSize}"), cancellation).ConfigureAwait(false);
            files.AddRange(listed);
            if (entries < PageSize) return files;
        }

        throw new HubFault($"{http.Host} lists files without end") { Kind = FaultKind.Nonsense };
    }

    /// <inheritdoc/>
    public Uri Address(HubId id, RepositoryKind kind, string? commit, string path) =>
        new($"{Repository(id, kind)}?Revision={Uri.EscapeDataString(id.Revision ?? MainBranch)}&FilePath={Uri.EscapeDataString(path)}");

    /// <inheritdoc/>
    public string Page(HubId id, RepositoryKind kind) => $"{root}/{kind.Plural()}/{id.Name}";

    private string Repository(HubId id, RepositoryKind kind) => $"{root}/api/v1/{kind.Plural()}/{id.Name}/repo";

    private async Task<(int Entries, List<HubFile> Files)> Page(Uri address, CancellationToken cancellation)
    {
        var (json, _) = await http.GetJson(address, cancellation).ConfigureAwait(false);
        using (json)
        {
            if (Json.Member(json.RootElement, "Data") is not { } data || Json.Member(data, "Files") is not { } list)
                throw new HubFault($"{http.Host} has no such repository or revision") { Kind = FaultKind.Missing };
            var entries = Json.List(list, http.Host);
            return (entries.Count, [.. entries.Select(Read).OfType<HubFile>()]);
        }
    }

    private static HubFile? Read(JsonElement entry)
    {
        if (Json.Text(entry, "Type") == "tree" || Json.Text(entry, "Path") is not { } path) return null;
        var sha = Json.Text(entry, "Sha256")?.ToLowerInvariant();
        var file = new HubFile(path, Json.Size(entry, "Size"), HubFile.IsHash(sha, 32) ? sha : null, null);
        return file.IsSound ? file : null;
    }
}

using System.Text.Json;

namespace Hone.Hub.Apis;

/// <summary>
/// Hugging Face's interface, as huggingface_hub uses it: <c>/api/models/{id}/revision/{rev}</c> tells the commit,
/// <c>/api/models/{id}/tree/{commit}?recursive=true</c> lists files page by page (a <c>Link</c> header names the next), and
/// <c>/{id}/resolve/{commit}/{path}</c> gives a file, of data sets behind <c>/datasets</c>.
/// </summary>
internal sealed class HuggingFaceApi(Uri endpoint, HubHttp http) : IHubApi
{
    private const int MaxPages = 500;
    private readonly string root = endpoint.AbsoluteUri.TrimEnd('/');

    /// <inheritdoc/>
    public async Task<string?> Commit(HubId id, RepositoryKind kind, CancellationToken cancellation)
    {
        var (json, _) = await http.GetJson(new Uri($"{root}/api/{kind.Plural()}/{id.Name}/revision/{Uri.EscapeDataString(id.Revision ?? "main")}"), cancellation).ConfigureAwait(false);
        using (json)
        {
            var commit = json.RootElement.ValueKind == JsonValueKind.Object ? Json.Text(json.RootElement, "sha") : null;
            return HubFile.IsHash(commit, 20) ? commit : throw new HubFault($"{http.Host} names no commit") { Kind = FaultKind.Nonsense };
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<HubFile>> Files(HubId id, RepositoryKind kind, string? commit, CancellationToken cancellation)
    {
        var files = new List<HubFile>();
        var tree = $"{root}/api/{kind.Plural()}/{id.Name}/tree/{commit}";
        var query = "?recursive=true&expand=false";
        for (var page = 0; page < MaxPages && files.Count <= HubFile.MaxFiles; page++)
        {
            var (json, headers) = await http.GetJson(new Uri(tree + query), cancellation).ConfigureAwait(false);
            using (json) files.AddRange(Json.List(json.RootElement, http.Host).Select(Read).OfType<HubFile>());
            if (!headers.TryGetValues("Link", out var links) || Next(links) is not { } next) return files;

            // A mirror's links may lead to the original; the cursor serves here too.
            query = next.Query;
        }

        throw new HubFault($"{http.Host} lists files without end") { Kind = FaultKind.Nonsense };
    }

    /// <inheritdoc/>
    public Uri Address(HubId id, RepositoryKind kind, string? commit, string path) =>
        new($"{root}/{(kind == RepositoryKind.Dataset ? "datasets/" : "")}{id.Name}/resolve/{commit}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <inheritdoc/>
    public string Page(HubId id, RepositoryKind kind) => $"{root}/{(kind == RepositoryKind.Dataset ? "datasets/" : "")}{id.Name}";

    private static HubFile? Read(JsonElement entry)
    {
        if (Json.Text(entry, "type") != "file" || Json.Text(entry, "path") is not { } path) return null;
        var lfs = Json.Member(entry, "lfs") is { ValueKind: JsonValueKind.Object } large ? large : default(JsonElement?);
        var (sha, git) = (lfs is { } pointer ? Json.Text(pointer, "oid") : null, Json.Text(entry, "oid"));
        var size = Json.Size(lfs ?? entry, "size");

        // Without a name of its content a file has no place in the cache.
        var file = new HubFile(path, size, sha, sha is null ? git : null);
        return file.IsSound && (sha ?? git) is not null ? file : null;
    }

    /// <summary>The address of <c>&lt;address&gt;; rel="next"</c>.</summary>
    private Uri? Next(IEnumerable<string> links)
    {
        var next = links.SelectMany(l => l.Split(',')).FirstOrDefault(l => l.Contains("rel=\"next\"", StringComparison.Ordinal));
        var (start, end) = (next?.IndexOf('<', StringComparison.Ordinal) ?? -1, next?.IndexOf('>', StringComparison.Ordinal) ?? -1);
        return start >= 0 && end > start && Uri.TryCreate(new Uri(root + "/"), next![(start + 1)..end], out var address) ? address : null;
    }
}

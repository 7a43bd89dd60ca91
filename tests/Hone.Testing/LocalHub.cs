#pragma warning disable CA5350 // Git names contents by their SHA-1.
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hone.Testing;

/// <summary>
/// A hub that speaks the interfaces of Hugging Face and ModelScope, with repositories in memory. Large files are redirected to another
/// server, as both hubs do.
/// </summary>
public sealed class LocalHub : IDisposable
{
    private readonly Dictionary<string, SortedDictionary<string, byte[]>> repositories = [];
    private readonly HashSet<string> large = [];

    public LocalHub()
    {
        Server = new LocalServer(request => Interfere?.Invoke(request) ?? Answer(request));
        Storage = new LocalServer(request => InterfereWithStorage?.Invoke(request) ?? Stored(request));
    }

    /// <summary>The hub.</summary>
    public LocalServer Server { get; }

    /// <summary>Where large files lie.</summary>
    public LocalServer Storage { get; }

    /// <summary>Answers in the hub's place; null leaves it to the hub.</summary>
    public Func<LocalRequest, LocalResponse?>? Interfere { get; set; }

    /// <summary>Answers in the place of <see cref="Storage"/>.</summary>
    public Func<LocalRequest, LocalResponse?>? InterfereWithStorage { get; set; }

    /// <summary>Files on one page of a listing.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Whether ModelScope's listings have checksums; they need not.</summary>
    public bool HasChecksums { get; set; } = true;

    /// <summary>Puts a file into a repository.</summary>
    /// <param name="repository"><c>models/org/name</c> or <c>datasets/org/name</c>.</param>
    public void Add(string repository, string path, byte[] content, bool isLarge = false)
    {
        if (!repositories.TryGetValue(repository, out var files)) repositories[repository] = files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        files[path] = content;
        if (isLarge) large.Add(repository + "/" + path);
    }

    public void Add(string repository, string path, string content) => Add(repository, path, Encoding.UTF8.GetBytes(content));

    /// <summary>The commit of a repository: it changes with its content.</summary>
    public string Commit(string repository) => Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(string.Join('\n', repositories[repository].Select(f => f.Key + Sha256(f.Value))))));

    public static string Sha256(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    public static string GitId(byte[] content) =>
        Convert.ToHexStringLower(SHA1.HashData([.. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {content.Length}\0")), .. content]));

    public void Dispose()
    {
        Server.Dispose();
        Storage.Dispose();
    }

    private LocalResponse Answer(LocalRequest request)
    {
        var path = Uri.UnescapeDataString(request.Path).Trim('/');
        var query = request.Query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => Uri.UnescapeDataString(p[1]));
        if (path.StartsWith("api/v1/", StringComparison.Ordinal)) return ModelScope(path["api/v1/".Length..], query);
        return path.StartsWith("api/", StringComparison.Ordinal) ? Describe(path["api/".Length..], query) : Resolve(path, request);
    }

    private LocalResponse Describe(string path, Dictionary<string, string> query)
    {
        var parts = path.Split('/');
        var repository = string.Join('/', parts.Take(3));
        if (!repositories.TryGetValue(repository, out var files)) return new LocalResponse(404, "{\"error\":\"Repository not found\"}");
        var commit = Commit(repository);
        var revision = string.Join('/', parts.Skip(4));
        if (revision is not ("main" or "v1") && revision != commit) return new LocalResponse(404, "{\"error\":\"Invalid rev id\"}");
        if (parts[3] == "revision") return new LocalResponse(200, new JsonObject { ["id"] = repository, ["sha"] = commit }.ToJsonString());
        var from = int.Parse(query.GetValueOrDefault("cursor") ?? "0", CultureInfo.InvariantCulture);
        var entries = files.Skip(from).Take(PageSize).Select(f => Entry(repository, f.Key, f.Value)).Prepend(new JsonObject { ["type"] = "directory", ["path"] = "folder" });
        var response = new LocalResponse(200, new JsonArray([.. entries]).ToJsonString());
        if (from + PageSize < files.Count) response.Headers["Link"] = $"<https://original.example/api/{path}?recursive=true&cursor={from + PageSize}>; rel=\"next\"";
        return response;
    }

    private JsonObject Entry(string repository, string path, byte[] content)
    {
        var entry = new JsonObject { ["type"] = "file", ["path"] = path, ["oid"] = GitId(content), ["size"] = content.Length };
        if (large.Contains(repository + "/" + path)) entry["lfs"] = new JsonObject { ["oid"] = Sha256(content), ["size"] = content.Length, ["pointerSize"] = 134 };
        return entry;
    }

    private LocalResponse Resolve(string path, LocalRequest request)
    {
        if (!path.StartsWith("datasets/", StringComparison.Ordinal)) path = "models/" + path;
        var parts = path.Split('/');
        var (repository, file) = (string.Join('/', parts.Take(3)), string.Join('/', parts.Skip(5)));
        if (!repositories.TryGetValue(repository, out var files) || !files.TryGetValue(file, out var content) || parts[4] != Commit(repository)) return new LocalResponse(404);
        if (large.Contains(repository + "/" + file)) return new LocalResponse(302) { Headers = { ["Location"] = new Uri(Storage.Address, Sha256(content)).AbsoluteUri, ["X-Linked-Etag"] = Sha256(content) } };
        return Part(content, request);
    }

    private LocalResponse ModelScope(string path, Dictionary<string, string> query)
    {
        var parts = path.Split('/');
        var repository = string.Join('/', parts.Take(3));
        if (!repositories.TryGetValue(repository, out var files) || query.GetValueOrDefault("Revision") is not ("master" or "v1")) return new LocalResponse(404, "{\"Code\":10010205001,\"Success\":false}");
        if (parts.Length == 4) return new LocalResponse(302) { Headers = { ["Location"] = new Uri(Storage.Address, Sha256(files[query["FilePath"]])).AbsoluteUri } };
        var page = int.Parse(query.GetValueOrDefault("PageNumber") ?? "1", CultureInfo.InvariantCulture) - 1;
        var size = int.Parse(query.GetValueOrDefault("PageSize") ?? "100000", CultureInfo.InvariantCulture);
        var list = files.Skip(page * size).Take(size).Select(f => new JsonObject { ["Name"] = Path.GetFileName(f.Key), ["Path"] = f.Key, ["Type"] = "blob", ["Size"] = f.Value.Length, ["Sha256"] = HasChecksums ? Sha256(f.Value) : null, ["Revision"] = "r" });
        return new LocalResponse(200, new JsonObject { ["Code"] = 200, ["Success"] = true, ["Data"] = new JsonObject { ["Files"] = new JsonArray([.. list]) } }.ToJsonString());
    }

    private LocalResponse Stored(LocalRequest request)
    {
        var name = request.Path.Trim('/');
        return repositories.Values.SelectMany(r => r.Values).FirstOrDefault(c => Sha256(c) == name) is { } content ? Part(content, request) : new LocalResponse(404);
    }

    /// <summary>The content from the byte that is asked for.</summary>
    public static LocalResponse Part(byte[] content, LocalRequest request)
    {
        if (request.From == 0) return new LocalResponse(200, content);
        if (request.From >= content.Length) return new LocalResponse(416);
        return new LocalResponse(206, content[request.From..]) { Headers = { ["Content-Range"] = string.Create(CultureInfo.InvariantCulture, $"bytes {request.From}-{content.Length - 1}/{content.Length}") } };
    }
}

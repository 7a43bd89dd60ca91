using System.Text;
using Hone.Testing;

namespace Hone.Hub.Tests;

/// <summary>A local hub with a model and a data set, a cache, and a way between them.</summary>
public abstract class HubTests : IDisposable
{
    private protected const string Model = "models/org/small.model";
    private protected const string Dataset = "datasets/org/rows";
    private readonly TemporaryFolder folder = new();

    protected HubTests()
    {
        Hub.Add(Model, "config.json", "{\"model_type\":\"llama\"}");
        Hub.Add(Model, "tokenizer.json", "{}");
        Hub.Add(Model, "README.md", "not needed");
        Hub.Add(Model, "sub/other.json", "{}");
        Hub.Add(Model, "model.safetensors", Weights, isLarge: true);
        for (var i = 0; i < 205; i++) Hub.Add(Dataset, $"data/train-{i:000}.jsonl", $"{{\"text\":\"row {i}\"}}\n");
        Hub.Add(Dataset, "a b/ü#1.jsonl", "{}");
    }

    private protected LocalHub Hub { get; } = new();

    /// <summary>Content of the large file.</summary>
    private protected byte[] Weights { get; } = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31 >> 3))];

    private protected List<string> Notices { get; } = [];

    private protected List<DownloadProgress> Progress { get; } = [];

    private protected string Cache => folder.PathOf("hf");

    private protected string ModelScopeCache => folder.PathOf("ms");

    private protected HubOptions Options => new()
    {
        HuggingFaceEndpoint = Hub.Server.Address,
        HuggingFaceCache = Cache,
        ModelScopeEndpoint = Hub.Server.Address,
        ModelScopeCache = ModelScopeCache,
        RetryDelay = TimeSpan.FromMilliseconds(1),
        MaxTries = 3,
        Timeout = TimeSpan.FromSeconds(20),
    };

    public void Dispose()
    {
        Hub.Dispose();
        folder.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected HubAccess Access(HubOptions? options = null) => new(options ?? Options)
    {
        Progress = p => Keep(Progress, p),
        Notice = n => Keep(Notices, n),
    };

    private protected string Find(string model = "org/small.model", HubOptions? options = null, ModelParts parts = ModelParts.Whole) =>
        ModelFolders.Find(model, parts, null, Access(options), TestContext.Current.CancellationToken);

    private protected HoneException Fails(string model = "org/small.model", HubOptions? options = null) => Assert.Throws<HoneException>(() => Find(model, options));

    private protected HubRepository Open(string id, RepositoryKind kind, HubOptions? options = null) =>
        Access(options).Open(HubId.Parse(id)!.Value, kind, TestContext.Current.CancellationToken);

    private static void Keep<T>(List<T> list, T item)
    {
        lock (list) list.Add(item);
    }

    private protected static string Text(string path) => File.ReadAllText(path, Encoding.UTF8);
}

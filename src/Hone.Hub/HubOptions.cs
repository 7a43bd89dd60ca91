namespace Hone.Hub;

/// <summary>Where hubs and their caches are. The variables are those of huggingface_hub and of ModelScope's own library.</summary>
public sealed record HubOptions
{
    /// <summary>Address of Hugging Face or a mirror (<c>HF_ENDPOINT</c>).</summary>
    public Uri HuggingFaceEndpoint { get; init; } = new("https://huggingface.co");

    /// <summary>Folder of downloads (<c>HF_HUB_CACHE</c>, else <c>HF_HOME/hub</c>, else <c>~/.cache/huggingface/hub</c>).</summary>
    public required string HuggingFaceCache { get; init; }

    /// <summary>Access token (<c>HF_TOKEN</c>, else what <c>hf auth login</c> left), or null.</summary>
    public string? HuggingFaceToken { get; init; }

    /// <summary>Address of ModelScope (<c>MODELSCOPE_DOMAIN</c>).</summary>
    public Uri ModelScopeEndpoint { get; init; } = new("https://www.modelscope.cn");

    /// <summary>Folder of downloads (<c>MODELSCOPE_CACHE</c>, else <c>~/.cache/modelscope/hub</c>).</summary>
    public required string ModelScopeCache { get; init; }

    /// <summary>Access token (<c>MODELSCOPE_API_TOKEN</c>), or null.</summary>
    public string? ModelScopeToken { get; init; }

    /// <summary>Whether only what is in the caches is used (<c>HF_HUB_OFFLINE=1</c>).</summary>
    public bool Offline { get; init; }

    /// <summary>The hub of ids without a prefix.</summary>
    public HubSite DefaultSite { get; init; } = HubSite.HuggingFace;

    /// <summary>Tries without any progress before giving up.</summary>
    public int MaxTries { get; init; } = 5;

    /// <summary>Pause before the second try; it doubles with each further one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Longest silence of a server.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes of a file that a server sends at least in each <see cref="Patience"/>; less is no progress.</summary>
    public int LeastProgress { get; init; } = 32 << 10;

    /// <summary>How long <see cref="LeastProgress"/> may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock that <see cref="Patience"/> goes by.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Reads the variables of this process.</summary>
    public static HubOptions FromEnvironment() => FromEnvironment(Environment.GetEnvironmentVariable);

    /// <summary>Reads variables.</summary>
    /// <param name="variable">Gives the value of a variable, or null.</param>
    /// <exception cref="HoneException">An address can't be read (exit code 2).</exception>
    public static HubOptions FromEnvironment(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        string? Value(string name) => variable(name) is { } value && !string.IsNullOrWhiteSpace(value) ? value.Trim() : null;
        var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var caches = Value("XDG_CACHE_HOME") ?? Path.Combine(user, ".cache");
        var home = Expand(Value("HF_HOME") ?? Path.Combine(caches, "huggingface"), user);
        return new HubOptions
        {
            HuggingFaceEndpoint = Address("HF_ENDPOINT", Value("HF_ENDPOINT") ?? "https://huggingface.co"),
            HuggingFaceCache = Expand(Value("HF_HUB_CACHE") ?? Value("HUGGINGFACE_HUB_CACHE") ?? Path.Combine(home, "hub"), user),
            HuggingFaceToken = Value("HF_TOKEN") ?? Value("HUGGING_FACE_HUB_TOKEN") ?? TokenIn(Expand(Value("HF_TOKEN_PATH") ?? Path.Combine(home, "token"), user)),
            ModelScopeEndpoint = Address("MODELSCOPE_DOMAIN", Value("MODELSCOPE_DOMAIN") ?? "www.modelscope.cn"),
            ModelScopeCache = Expand(Value("MODELSCOPE_CACHE") ?? Path.Combine(user, ".cache", "modelscope", "hub"), user),
            ModelScopeToken = Value("MODELSCOPE_API_TOKEN"),
            Offline = Value("HF_HUB_OFFLINE")?.ToUpperInvariant() is "1" or "ON" or "YES" or "TRUE",
        };
    }

    private static Uri Address(string name, string text)
    {
        if (!text.Contains("://", StringComparison.Ordinal)) text = "https://" + text;
        return Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var address) && address.Scheme is "http" or "https" ? address
            : throw new HoneException(ExitCode.Usage, $"{name} is '{text}', which is no address of a hub", null, "write it like https://hf-mirror.com");
    }

    private static string Expand(string path, string user) => path.StartsWith("~/", StringComparison.Ordinal) ? Path.Combine(user, path[2..]) : path;

    private static string? TokenIn(string file)
    {
        try
        {
            return File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } token ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // Public repositories need no token; what does need one says so.
        }
    }
}

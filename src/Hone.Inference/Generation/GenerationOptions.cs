using System.Text.Json;

namespace Hone.Inference;

/// <summary>How the next token is chosen. The defaults are greedy decoding. Names follow Hugging Face's generation_config.json.</summary>
public sealed record GenerationOptions
{
    /// <summary>Most tokens to add.</summary>
    public int MaxNewTokens { get; init; } = 512;

    /// <summary>Tokens before which no stop token is allowed.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>Divides the logits; 0 takes the most likely token.</summary>
    public float Temperature { get; init; }

    /// <summary>Keeps the k most likely tokens; 0 keeps all.</summary>
    public int TopK { get; init; }

    /// <summary>Keeps the fewest tokens whose probabilities reach p; 1 keeps all.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>Keeps tokens at least this share as likely as the most likely one; 0 keeps all.</summary>
    public float MinP { get; init; }

    /// <summary>Divides positive and multiplies negative logits of tokens already seen (Keskar et al. 2019); 1 is off.</summary>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Forbids repeating any run of n tokens; 0 is off.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Tokens that end the answer.</summary>
    public IReadOnlyList<int> StopIds { get; init; } = [];

    /// <summary>Texts before which an answer ends; only where text is made, not tokens.</summary>
    public IReadOnlyList<string> StopWords { get; init; } = [];

    /// <summary>Seed of the sampling; the same seed gives the same text.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>
    /// The model's own defaults from <c>generation_config.json</c>. Tokens are drawn only where the file says
    /// <c>do_sample</c>; else, and without the file, <see cref="Temperature"/> is 0. What is missing is as in Hugging Face's
    /// generate: <see cref="TopK"/> 50, the rest off.
    /// </summary>
    /// <param name="folder">Model folder.</param>
    /// <param name="stopIds">Tokens that end an answer.</param>
    /// <param name="maxNewTokens">Longest answer when the file has no <c>max_new_tokens</c>.</param>
    /// <exception cref="HoneException">The file is not JSON of the expected form (exit code 4).</exception>
    public static GenerationOptions FromModelFolder(string folder, IReadOnlyList<int> stopIds, int maxNewTokens = 512)
    {
        var path = Path.Combine(folder, "generation_config.json");
        var options = new GenerationOptions { StopIds = stopIds, MaxNewTokens = maxNewTokens, TopK = 50 };
        if (!File.Exists(path)) return options;
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var root = json.RootElement;
            var samples = root.TryGetProperty("do_sample", out var sample) && sample.ValueKind == JsonValueKind.True;
            return options with
            {
                MaxNewTokens = Integer(root, "max_new_tokens", options.MaxNewTokens, least: 1),
                MinNewTokens = Integer(root, "min_new_tokens", 0),
                NoRepeatNgramSize = Integer(root, "no_repeat_ngram_size", 0),
                RepetitionPenalty = Number(root, "repetition_penalty", 1),
                Temperature = samples ? Number(root, "temperature", 1) : 0,
                TopK = Integer(root, "top_k", options.TopK),
                TopP = Number(root, "top_p", 1),
                MinP = Number(root, "min_p", 0),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new HoneException(ExitCode.Model, "The generation settings can't be read: " + e.Message, path, "Repair or remove the file.", e);
        }
    }

    private static int Integer(JsonElement root, string name, int otherwise, int least = 0)
    {
        var number = Number(root, name, otherwise);
        return number >= least && number < int.MaxValue && number == MathF.Floor(number) ? (int)number : throw new FormatException($"{name} is {number}");
    }

    private static float Number(JsonElement root, string name, float otherwise) =>
        root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetSingle() : otherwise;
}

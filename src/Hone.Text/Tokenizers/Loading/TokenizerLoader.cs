namespace Hone.Text.Tokenizers.Loading;

/// <summary>Chooses the tokenizer file of a folder.</summary>
internal static class TokenizerLoader
{
    private const string Fix = "Put tokenizer.json, or vocab.json and merges.txt, or tokenizer.model into the folder.";

    /// <summary>Loads the tokenizer; a plain SentencePiece model takes control pieces that are spelt out as text.</summary>
    public static Tokenizer Load(string folder, bool plain = false)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) throw new HoneException(ExitCode.Model, "The model folder does not exist.", folder, "Check the path.");
        var config = TokenizerConfig.Read(folder);
        if (Find(folder, "tokenizer.json") is { } json) return HuggingFaceLoader.Load(json, config);
        if (Find(folder, "vocab.json") is { } vocab && Find(folder, "merges.txt") is { } merges) return VocabMergesLoader.Load(vocab, merges, config);
        if (Find(folder, "tokenizer.model") is { } model) return LoadModel(model, config, plain);
        var binaries = Directory.GetFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).ToArray();
        if (binaries.Length == 1) return Llama2cLoader.Load(binaries[0], config, plain);
        throw new HoneException(ExitCode.Model, "The model folder has no tokenizer.", folder, Fix);
    }

    /// <summary>Whether a folder holds a file that <see cref="Load"/> would read.</summary>
    public static bool HasFiles(string folder) => Directory.Exists(folder)
        && (Find(folder, "tokenizer.json") is not null
            || (Find(folder, "vocab.json") is not null && Find(folder, "merges.txt") is not null)
            || Find(folder, "tokenizer.model") is not null
            || Directory.GetFiles(folder, "tok*.bin").Length == 1);

    /// <summary>Every file that <see cref="Load"/> may read, in the order of their names.</summary>
    public static IReadOnlyList<string> FilesIn(string folder)
    {
        if (!Directory.Exists(folder)) return [];
        string[] names = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "vocab.json", "merges.txt", "tokenizer.model"];
        return [.. names.Select(n => Path.Combine(folder, n)).Where(File.Exists).Concat(Directory.GetFiles(folder, "tok*.bin")).Order(StringComparer.Ordinal)];
    }

    private static string? Find(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : null;
    }

    private static Tokenizer LoadModel(string path, TokenizerConfig config, bool plain)
    {
        var file = ModelFile.Guard(path, () => ModelFile.Read(path));
        return TiktokenLoader.Matches(file) ? TiktokenLoader.Load(path, file, config) : SentencePieceLoader.Load(path, config, plain);
    }
}

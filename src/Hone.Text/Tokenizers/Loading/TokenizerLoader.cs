namespace Hone.Text.Tokenizers.Loading;

/// <summary>Chooses the tokenizer file of a folder.</summary>
internal static class TokenizerLoader
{
    private const string Fix = "Put tokenizer.json, or vocab.json and merges.txt, or tokenizer.model into the folder.";

    public static Tokenizer Load(string folder)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(folder)) throw new HoneException(ExitCode.Model, "The model folder does not exist.", folder, "Check the path.");
        var config = TokenizerConfig.Read(folder);
        if (Find(folder, "tokenizer.json") is { } json) return HuggingFaceLoader.Load(json, config);
        if (Find(folder, "vocab.json") is { } vocab && Find(folder, "merges.txt") is { } merges) return VocabMergesLoader.Load(vocab, merges, config);
        if (Find(folder, "tokenizer.model") is { } model) return LoadModel(model, config);
        var binaries = Directory.GetFiles(folder, "tok*.bin").Order(StringComparer.Ordinal).ToArray();
        if (binaries.Length == 1) return Llama2cLoader.Load(binaries[0], config);
        throw new HoneException(ExitCode.Model, "The model folder has no tokenizer.", folder, Fix);
    }

    private static string? Find(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        return File.Exists(path) ? path : null;
    }

    private static Tokenizer LoadModel(string path, TokenizerConfig config)
    {
        var file = ModelFile.Guard(path, () => ModelFile.Read(path));
        return TiktokenLoader.Matches(file) ? TiktokenLoader.Load(path, file, config) : SentencePieceLoader.Load(path, config);
    }
}

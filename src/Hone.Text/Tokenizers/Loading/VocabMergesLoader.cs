using System.Text.Json;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Loads GPT-2's pair of files, <c>vocab.json</c> and <c>merges.txt</c>; Qwen2 publishes them too.</summary>
internal static class VocabMergesLoader
{
    public static Tokenizer Load(string vocabPath, string mergesPath, TokenizerConfig config)
    {
        var vocabulary = ModelFile.Guard(vocabPath, () => ReadVocabulary(ModelFile.Read(vocabPath)));
        var merges = ModelFile.Guard(mergesPath, () => ReadMerges(ModelFile.Read(mergesPath), vocabulary));
        return ModelFile.Guard(vocabPath, () => Build(vocabulary, merges, config));
    }

    private static PipelineTokenizer Build(Vocabulary vocabulary, MergeTable merges, TokenizerConfig config)
    {
        var added = AddedTokens(vocabulary, config);
        var texts = new TokenTexts(vocabulary, added);
        var model = new ByteLevelBpe(vocabulary, merges, ignoreMerges: false, spelled: true, unknownId: -1);
        var isQwen2 = config.TokenizerClass is "Qwen2Tokenizer" or "Qwen2TokenizerFast";
        var settings = config.Settings(texts.IdOf, added);
        return new PipelineTokenizer(new PipelineParts
        {
            Settings = settings,
            Vocabulary = vocabulary,
            AddedTokens = added,
            Normalizer = isQwen2 ? new UnicodeNormalizer(compatible: false, compose: true) : null,
            Encoder = Encoder(model, isQwen2, config.AddsPrefixSpace),
            Decoder = new DecoderSpec { ByteLevel = true },
            SpellsBytes = true,
            Before = config.AddsBegin == true && settings.BeginId is { } begin ? [begin] : [],
            After = config.AddsEnd == true && settings.EndId is { } end ? [end] : [],
        });
    }

    private static PieceEncoder Encoder(TokenModel model, bool isQwen2, bool addsPrefixSpace)
    {
        if (isQwen2) return new ScanningEncoder<Cl100kScanner>(new Cl100kScanner(1), model);
        return addsPrefixSpace
            ? new ChainEncoder([new PrefixSpaceStep(), new ScannerSplitter<Gpt2Scanner>(default)], model)
            : new ScanningEncoder<Gpt2Scanner>(default, model);
    }

    private static List<AddedToken> AddedTokens(Vocabulary vocabulary, TokenizerConfig config)
    {
        var added = config.AddedTokens.ToList();
        foreach (var text in config.NamedSpecial().Distinct(StringComparer.Ordinal))
        {
            var id = vocabulary.Find(System.Text.Encoding.UTF8.GetBytes(text));
            if (id >= 0 && added.All(t => t.Content != text)) added.Add(new AddedToken(id, text) { Special = true });
        }

        return added;
    }

    private static Vocabulary ReadVocabulary(byte[] json)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        return VocabularyReader.ReadObject(ref reader, json.Length);
    }

    private static MergeTable ReadMerges(byte[] file, Vocabulary vocabulary)
    {
        var merges = new MergeTable(vocabulary.Count);
        ReadOnlySpan<byte> text = file;
        for (int rank = 0, line = 0; !text.IsEmpty; line++)
        {
            var end = text.IndexOf((byte)'\n');
            var content = end < 0 ? text : text[..end];
            text = end < 0 ? [] : text[(end + 1)..];
            if (content.EndsWith("\r"u8)) content = content[..^1];
            if (content.IsEmpty || line == 0 && content.StartsWith("#version"u8)) continue;
            VocabularyReader.AddMerge(merges, vocabulary, rank++, content);
        }

        return merges;
    }
}

using System.Text;
using System.Text.Json;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Loads <c>tokenizer.json</c>.</summary>
internal static class HuggingFaceLoader
{
    public static Tokenizer Load(string path, TokenizerConfig config) => ModelFile.Guard(path, () => Build(TokenizerJson.Parse(ModelFile.Read(path)), config));

    private static PipelineTokenizer Build(TokenizerJson json, TokenizerConfig config)
    {
        var vocabulary = json.Vocabulary ?? throw new InvalidDataException("The model has no vocabulary.");
        var splitting = new PreTokenizerReader();
        if (json.Sections.TryGetValue("pre_tokenizer", out var section)) splitting.Read(section);
        var model = BuildModel(json, vocabulary, splitting.IsByteLevel);
        var (before, after) = json.Sections.TryGetValue("post_processor", out section) ? PostProcessorReader.Read(section) : ([], []);
        var decoder = json.Sections.TryGetValue("decoder", out section) ? DecoderReader.Read(section) : new DecoderSpec { Separator = " " };
        var texts = new TokenTexts(vocabulary, json.AddedTokens);
        return new PipelineTokenizer(new PipelineParts
        {
            Settings = config.Settings(texts.IdOf, json.AddedTokens, new TokenizerSettings { UnknownId = json.ModelText("unk_token") is { } unknown ? texts.IdOf(unknown) : null }),
            Vocabulary = vocabulary,
            AddedTokens = json.AddedTokens,
            Normalizer = json.Sections.TryGetValue("normalizer", out section) ? NormalizerReader.Read(section) : null,
            Encoder = splitting.Build(model, cutsAtMarker: model is CharBpe && !json.ModelFlag("ignore_merges") && MarkerOnlyLeads(vocabulary)),
            Decoder = decoder,
            SpellsBytes = decoder.ByteLevel,
            Before = before,
            After = after,
        });
    }

    /// <summary>Whether no token has the space marker behind another character.</summary>
    public static bool MarkerOnlyLeads(Vocabulary vocabulary)
    {
        var marker = "\u2581"u8;
        for (var id = 0; id < vocabulary.Size; id++)
        {
            var token = vocabulary.BytesOf(id);
            while (token.StartsWith(marker)) token = token[marker.Length..];
            if (token.IndexOf(marker) >= 0) return false;
        }

        return true;
    }

    private static TokenModel BuildModel(TokenizerJson json, Vocabulary vocabulary, bool isByteLevel)
    {
        var type = json.ModelText("type") ?? (json.Merges is not null ? "BPE" : json.Scores is not null ? "Unigram" : null);
        if (type == "Unigram" && json.Scores is { } scores && !isByteLevel) return BuildUnigram(json, vocabulary, scores);
        if (type != "BPE" || json.Merges is not { } merges) throw Unsupported.Part("model", type);
        foreach (var name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (!string.IsNullOrEmpty(json.ModelText(name))) throw Unsupported.Part("model option", name);
        }

        if (json.Model.TryGetValue("dropout", out var dropout) && dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() != 0)
            throw Unsupported.Part("model option", "dropout");
        var unknown = -1;
        if (json.ModelText("unk_token") is { } text && (unknown = vocabulary.Find(Encoding.UTF8.GetBytes(text))) < 0)
            throw new InvalidDataException($"The unknown token \"{text}\" is not in the vocabulary.");
        if (isByteLevel) return new ByteLevelBpe(vocabulary, merges, json.ModelFlag("ignore_merges"), spelled: true, unknown);
        var bytes = json.ModelFlag("byte_fallback") ? new ByteFallback(vocabulary) : null;
        return new CharBpe(vocabulary, merges, bytes, new UnknownToken(unknown, json.ModelFlag("fuse_unk")), json.ModelFlag("ignore_merges"));
    }

    private static Unigram BuildUnigram(TokenizerJson json, Vocabulary vocabulary, List<double> scores)
    {
        var pieces = new string?[scores.Count];
        for (var id = 0; id < pieces.Length; id++) pieces[id] = vocabulary.Contains(id) ? Encoding.UTF8.GetString(vocabulary.BytesOf(id)) : null;
        var unknown = json.Model.TryGetValue("unk_id", out var value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : -1;
        if (unknown >= pieces.Length) throw new InvalidDataException("The unknown token is not in the vocabulary.");
        if (unknown >= 0) pieces[unknown] = null;
        return new Unigram(pieces, CheckScores(scores), json.ModelFlag("byte_fallback") ? new ByteFallback(vocabulary) : null, unknown);
    }

    /// <summary>Refuses scores whose sums could overflow or compare as nothing.</summary>
    public static double[] CheckScores(IReadOnlyList<double> scores) =>
        scores.All(s => Math.Abs(s) < 1e12) ? [.. scores] : throw new InvalidDataException("A score is not a sensible number.");
}

using System.Text;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;
using static Hone.Text.Tokenizers.Loading.SentencePieceModel;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>
/// Builds tokenizers from SentencePiece models. As in SentencePiece itself, user-defined pieces are found in text and
/// control pieces are not.
/// </summary>
internal static class SentencePieceLoader
{
    public static Tokenizer Load(string path, TokenizerConfig config) => ModelFile.Guard(path, () => Build(SentencePieceModel.Parse(ModelFile.Read(path)), config));

    /// <summary>The tokenizer of a model.</summary>
    public static Tokenizer Build(SentencePieceModel model, TokenizerConfig config)
    {
        if (model.SpaceIsSuffix || !model.EscapeWhitespaces) throw Unsupported.Part("SentencePiece option", model.SpaceIsSuffix ? "treat_whitespace_as_suffix" : "escape_whitespaces=false");
        var all = new Vocabulary(model.Pieces.Count);
        for (var id = 0; id < model.Pieces.Count; id++) all.Add(Encoding.UTF8.GetBytes(model.Pieces[id].Text), id);
        var added = AddedTokens(model, config, out var inModel);
        var texts = new TokenTexts(all, added);
        var settings = config.Settings(texts.IdOf, added, OwnIds(model));
        var tokenModel = BuildModel(model, all);
        var cutsAtMarker = model.IsBpe && HuggingFaceLoader.MarkerOnlyLeads(all);
        return new PipelineTokenizer(new PipelineParts
        {
            Settings = settings,
            Vocabulary = all,
            AddedTokens = added,
            IsMatched = token => !inModel.Contains(token.Id) || model.Pieces[token.Id].Kind == PieceKind.UserDefined,
            Normalizer = BuildNormalizer(model),
            NormalizesTokens = false,
            Encoder = cutsAtMarker ? new ScanningEncoder<MarkerScanner>(default, tokenModel) : new ChainEncoder([], tokenModel),
            Decoder = new DecoderSpec
            {
                Rewrites = [token => token.Replace(MarkerScanner.Marker, ' ')],
                ByteFallback = model.ByteFallback,
                StripChar = ' ',
                StripCount = model.AddDummyPrefix ? 1 : 0,
            },
            Before = (config.AddsBegin ?? true) && settings.BeginId is { } begin ? [begin] : [],
            After = (config.AddsEnd ?? false) && settings.EndId is { } end ? [end] : [],
        });
    }

    private static NormalizerSequence BuildNormalizer(SentencePieceModel model)
    {
        var spaces = new SentencePieceSpaces(model.AddDummyPrefix, model.RemoveExtraWhitespaces);
        return new NormalizerSequence(model.CharacterMap.Length == 0 ? [spaces] : [new PrecompiledNormalizer(model.CharacterMap), spaces]);
    }

    private static TokenizerSettings OwnIds(SentencePieceModel model)
    {
        return new TokenizerSettings
        {
            BeginId = Valid(model.BeginId),
            EndId = Valid(model.EndId),
            PadId = Valid(model.PadId),
            UnknownId = Valid(model.Pieces.FindIndex(p => p.Kind == PieceKind.Unknown)),
        };

        int? Valid(int id) => (uint)id < (uint)model.Pieces.Count ? id : null;
    }

    private static List<AddedToken> AddedTokens(SentencePieceModel model, TokenizerConfig config, out HashSet<int> inModel)
    {
        var special = config.NamedSpecial().ToHashSet(StringComparer.Ordinal);
        special.UnionWith(config.AddedTokens.Where(t => t.Special).Select(t => t.Content));
        var added = new List<AddedToken>();
        inModel = [];
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, _, kind) = model.Pieces[id];
            if (kind is not (PieceKind.Control or PieceKind.Unknown or PieceKind.UserDefined)) continue;
            var isSpecial = kind != PieceKind.UserDefined || special.Contains(text);
            added.Add(new AddedToken(id, text) { Special = isSpecial, Normalized = true });
            inModel.Add(id);
        }

        // Tokens that a fine-tune put behind the model's own pieces.
        added.AddRange(config.AddedTokens.Where(t => t.Id >= model.Pieces.Count));
        return added;
    }

    private static TokenModel BuildModel(SentencePieceModel model, Vocabulary all)
    {
        var matched = new Vocabulary(model.Pieces.Count);
        var scores = HuggingFaceLoader.CheckScores([.. model.Pieces.Select(p => p.Score)]);
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            if (IsText(model.Pieces[id])) matched.Add(Encoding.UTF8.GetBytes(model.Pieces[id].Text), id);
        }

        var unknown = model.Pieces.FindIndex(p => p.Kind == PieceKind.Unknown);
        var bytes = model.ByteFallback ? new ByteFallback(all) : null;
        return model.IsBpe
            ? new CharBpe(matched, PieceMerges.Build(matched, Ranks(model, scores)), bytes, new UnknownToken(unknown, Fuse: true), ignoreMerges: false)
            : new Unigram([.. model.Pieces.Select(p => IsText(p) ? p.Text : null)], scores, bytes, unknown);
    }

    private static bool IsText(Piece piece) => piece.Kind is PieceKind.Normal or PieceKind.UserDefined && piece.Text.Length > 0;

    /// <summary>The order of merging: pieces of equal score have equal rank, so that the leftmost of them merges first.</summary>
    private static int[] Ranks(SentencePieceModel model, double[] scores)
    {
        var ranks = new int[scores.Length];
        Array.Fill(ranks, -1);
        var order = Enumerable.Range(0, scores.Length).Where(id => model.Pieces[id].Kind == PieceKind.Normal).OrderByDescending(id => scores[id]).ToArray();
        for (int i = 0, rank = 0; i < order.Length; i++)
        {
            if (i > 0 && scores[order[i]] != scores[order[i - 1]]) rank++;
            ranks[order[i]] = rank;
        }

        return ranks;
    }
}

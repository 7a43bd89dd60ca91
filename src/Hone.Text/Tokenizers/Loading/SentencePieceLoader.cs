using System.Text;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;
using static Hone.Text.Tokenizers.Loading.SentencePieceModel;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>
/// Builds tokenizers from SentencePiece models. SentencePiece itself finds user-defined pieces in text and never control pieces;
/// Hugging Face's LlamaTokenizer around it takes the special tokens out of the text first, which is how chat templates reach them.
/// Both are here: the second unless the plain model is asked for. Tokens that were added behind the model's pieces are found in both.
/// </summary>
internal static class SentencePieceLoader
{
    public static Tokenizer Load(string path, TokenizerConfig config, bool plain) =>
        ModelFile.Guard(path, () => Build(SentencePieceModel.Parse(ModelFile.Read(path)), config, plain));

    /// <summary>The tokenizer of a model; a plain one takes control pieces that are spelt out as text.</summary>
    public static Tokenizer Build(SentencePieceModel model, TokenizerConfig config, bool plain)
    {
        if (model.SpaceIsSuffix || !model.EscapeWhitespaces) throw Unsupported.Part("SentencePiece option", model.SpaceIsSuffix ? "treat_whitespace_as_suffix" : "escape_whitespaces=false");
        var all = new Vocabulary(model.Pieces.Count);
        for (var id = 0; id < model.Pieces.Count; id++) all.Add(Encoding.UTF8.GetBytes(model.Pieces[id].Text), id);
        var own = OwnIds(model);
        var added = ControlPieces(model, config);
        added.AddRange(plain ? Beyond(model, config) : SplitOut(model, config, added, own));
        var settings = config.Settings(new TokenTexts(all, added).IdOf, added, own);
        var tokenModel = BuildModel(model, all);
        var cutsAtMarker = model.IsBpe && HuggingFaceLoader.MarkerOnlyLeads(all);
        return new PipelineTokenizer(new PipelineParts
        {
            Settings = settings,
            Vocabulary = all,
            AddedTokens = added,
            IsMatched = token => !token.Normalized || model.Pieces[token.Id].Kind == PieceKind.UserDefined,
            Normalizer = BuildNormalizer(model, model.AddDummyPrefix),
            InnerNormalizer = BuildNormalizer(model, model.AddDummyPrefix && config.IsLegacy),
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

    private static NormalizerSequence BuildNormalizer(SentencePieceModel model, bool addDummyPrefix)
    {
        var spaces = new SentencePieceSpaces(addDummyPrefix, model.RemoveExtraWhitespaces);
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

    /// <summary>The pieces that are not ordinary text; they count as found in normalized text, where SentencePiece looks for its own.</summary>
    private static List<AddedToken> ControlPieces(SentencePieceModel model, TokenizerConfig config)
    {
        var special = config.NamedSpecial().ToHashSet(StringComparer.Ordinal);
        special.UnionWith(config.AddedTokens.Where(t => t.Special).Select(t => t.Content));
        var added = new List<AddedToken>();
        for (var id = 0; id < model.Pieces.Count; id++)
        {
            var (text, _, kind) = model.Pieces[id];
            if (kind is not (PieceKind.Control or PieceKind.Unknown or PieceKind.UserDefined)) continue;
            added.Add(new AddedToken(id, text) { Special = kind != PieceKind.UserDefined || special.Contains(text), Normalized = true });
        }

        return added;
    }

    /// <summary>The tokens that a configuration adds behind the model's pieces: SentencePiece can't spell them at all, so a plain model needs them too.</summary>
    private static IEnumerable<AddedToken> Beyond(SentencePieceModel model, TokenizerConfig config) =>
        config.AddedTokens.Where(t => t.Id >= model.Pieces.Count).Select(t => t with { Normalized = false });

    /// <summary>
    /// What LlamaTokenizer takes out of the text before SentencePiece sees it: <c>added_tokens_decoder</c>, the tokens that a file
    /// names, and where none does the model's own beginning, end and unknown token.
    /// </summary>
    private static List<AddedToken> SplitOut(SentencePieceModel model, TokenizerConfig config, List<AddedToken> pieces, TokenizerSettings own)
    {
        var tokens = config.AddedTokens.ToList();
        var known = tokens.Select(t => t.Content).ToHashSet(StringComparer.Ordinal);
        foreach (var token in config.NamedTokens(text => pieces.Find(p => p.Content == text)?.Id))
        {
            if (known.Add(token.Content)) tokens.Add(token);
        }

        foreach (var (name, id) in new[] { ("bos_token", own.BeginId), ("eos_token", own.EndId), ("unk_token", own.UnknownId) })
        {
            if (config.Named(name) is not null || id is not { } piece) continue;
            if (known.Add(model.Pieces[piece].Text)) tokens.Add(new AddedToken(piece, model.Pieces[piece].Text) { Special = true });
        }

        // LlamaTokenizer looks for them in the text as it is, whatever "normalized" says.
        return tokens.ConvertAll(t => t with { Normalized = false });
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

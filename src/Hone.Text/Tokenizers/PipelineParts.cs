using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers;

/// <summary>What a loader found in its files.</summary>
internal sealed record PipelineParts
{
    public required TokenizerSettings Settings { get; init; }

    /// <summary>The model's own tokens.</summary>
    public required Vocabulary Vocabulary { get; init; }

    public IReadOnlyList<AddedToken> AddedTokens { get; init; } = [];

    /// <summary>Whether an added token is looked for in text; SentencePiece's control pieces are not.</summary>
    public Func<AddedToken, bool> IsMatched { get; init; } = static _ => true;

    public Normalizer? Normalizer { get; init; }

    /// <summary>For text behind an added token, where it differs from <see cref="Normalizer"/>.</summary>
    public Normalizer? InnerNormalizer { get; init; }

    /// <summary>Whether the added tokens that are searched in normalized text are normalized themselves.</summary>
    public bool NormalizesTokens { get; init; } = true;

    public required PieceEncoder Encoder { get; init; }

    public required DecoderSpec Decoder { get; init; }

    /// <summary>The vocabulary is in GPT-2's spelling of bytes.</summary>
    public bool SpellsBytes { get; init; }

    /// <summary>The ids in front of a text when special tokens are asked for.</summary>
    public int[] Before { get; init; } = [];

    /// <summary>The ids behind it.</summary>
    public int[] After { get; init; } = [];
}

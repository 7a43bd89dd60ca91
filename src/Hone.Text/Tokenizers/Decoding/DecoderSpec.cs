namespace Hone.Text.Tokenizers.Decoding;

/// <summary>How tokens become text again.</summary>
internal sealed record DecoderSpec
{
    /// <summary>Tokens are bytes in GPT-2's spelling.</summary>
    public bool ByteLevel { get; init; }

    /// <summary>Rewrites each token alone, in order.</summary>
    public IReadOnlyList<Func<string, string>> Rewrites { get; init; } = [];

    /// <summary>What the first token becomes instead, when that differs.</summary>
    public Func<string, string>? FirstRewrite { get; init; }

    /// <summary>Tokens such as <c>&lt;0xE4&gt;</c> are bytes.</summary>
    public bool ByteFallback { get; init; }

    /// <summary>A run of bytes that is not UTF-8 is all lost, not only where it is broken.</summary>
    public bool BrokenRunIsLost { get; init; }

    /// <summary>The character of which up to <see cref="StripCount"/> go from the beginning of the text.</summary>
    public char StripChar { get; init; }

    public int StripCount { get; init; }

    /// <summary>What stands between tokens.</summary>
    public string Separator { get; init; } = "";
}

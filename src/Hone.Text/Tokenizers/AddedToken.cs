namespace Hone.Text.Tokenizers;

/// <summary>A token beside the model's vocabulary, found in text as a whole.</summary>
internal sealed record AddedToken(int Id, string Content)
{
    /// <summary>A control token, which decoding may leave out.</summary>
    public bool Special { get; init; }

    /// <summary>Takes the white space to its left along.</summary>
    public bool LeftStrip { get; init; }

    /// <summary>Takes the white space to its right along.</summary>
    public bool RightStrip { get; init; }

    /// <summary>Does not match inside a word.</summary>
    public bool SingleWord { get; init; }

    /// <summary>Is searched in the normalized text.</summary>
    public bool Normalized { get; init; }
}

namespace Hone.Text.Tokenizers;

/// <summary>What every tokenizer knows apart from its model: the named ids and the special tokens.</summary>
internal sealed record TokenizerSettings
{
    public int? BeginId { get; init; }

    public int? EndId { get; init; }

    public int? PadId { get; init; }

    public int? UnknownId { get; init; }

    public IReadOnlyDictionary<string, int> SpecialTokens { get; init; } = new Dictionary<string, int>();
}

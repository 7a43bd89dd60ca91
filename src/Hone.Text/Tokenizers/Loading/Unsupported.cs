namespace Hone.Text.Tokenizers.Loading;

/// <summary>The error for parts of tokenizer files that are well formed but beyond us.</summary>
internal static class Unsupported
{
    public static HoneException Part(string kind, string? name) =>
        new(ExitCode.Model, $"The tokenizer's {kind} \"{name}\" is not supported.", null, "Use a model with a byte-level BPE, SentencePiece or tiktoken tokenizer.");
}

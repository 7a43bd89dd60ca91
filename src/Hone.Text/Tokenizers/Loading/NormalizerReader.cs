using System.Text.Json;
using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Builds normalizers from their section of <c>tokenizer.json</c>.</summary>
internal static class NormalizerReader
{
    /// <summary>Null when the section changes nothing.</summary>
    public static Normalizer? Read(JsonElement section)
    {
        var type = section.RequiredText("type");
        return type switch
        {
            "NFC" => new UnicodeNormalizer(compatible: false, compose: true),
            "NFD" => new UnicodeNormalizer(compatible: false, compose: false),
            "NFKC" => new UnicodeNormalizer(compatible: true, compose: true),
            "NFKD" => new UnicodeNormalizer(compatible: true, compose: false),
            "Lowercase" => new LowercaseNormalizer(),
            "StripAccents" => new StripAccentsNormalizer(),
            "Strip" => new StripNormalizer(section.Flag("strip_left"), section.Flag("strip_right")),
            "Prepend" => new PrependNormalizer(section.RequiredText("prepend")),
            "Replace" => Replace(section),
            "Precompiled" => new PrecompiledNormalizer(Convert.FromBase64String(section.RequiredText("precompiled_charsmap"))),
            "Sequence" => Sequence(section),
            _ => throw Unsupported.Part("normalizer", type),
        };
    }

    private static Normalizer? Sequence(JsonElement section)
    {
        if (IsSentencePieceSpaces(section)) return new SentencePieceSpaces(addDummyPrefix: true, removeExtra: false);
        var steps = section.Items("normalizers").Select(Read).OfType<Normalizer>().ToList();
        return steps.Count == 0 ? null : new NormalizerSequence(steps);
    }

    private static Normalizer Replace(JsonElement section)
    {
        var pattern = section.Member("pattern") ?? throw new InvalidDataException("\"pattern\" is missing.");
        var content = section.RequiredText("content");
        return pattern.Text("String") is { } text
            ? new ReplaceNormalizer(text, content)
            : new RegexReplaceNormalizer(new UnicodeRegex(pattern.RequiredText("Regex")), content);
    }

    /// <summary>Llama's pair of steps, Prepend and Replace, which one pass without a copy in between does as well.</summary>
    private static bool IsSentencePieceSpaces(JsonElement section) =>
        section.Items("normalizers").ToArray() is [var first, var second]
        && first.Text("type") == "Prepend" && first.Text("prepend") == "\u2581"
        && second.Text("type") == "Replace" && second.Text("content") == "\u2581" && second.Member("pattern")?.Text("String") == " ";
}

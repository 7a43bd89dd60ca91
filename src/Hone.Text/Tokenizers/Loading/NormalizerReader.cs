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

    private static NormalizerSequence? Sequence(JsonElement section)
    {
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
}

using System.Text.Json;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Builds the chain of splitters from its section of <c>tokenizer.json</c>.</summary>
internal sealed class PreTokenizerReader
{
    private readonly List<PreTokenizer> _steps = [];

    /// <summary>Whether the pieces go to the model as bytes.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>Reads a section; several in a row make one chain.</summary>
    public void Read(JsonElement section)
    {
        var type = section.RequiredText("type");
        if (IsByteLevel) throw Unsupported.Part("pre-tokenizer behind ByteLevel,", type);
        switch (type)
        {
            case "Sequence":
                ReadSequence([.. section.Items("pretokenizers")]);
                break;
            case "ByteLevel":
                if (section.Flag("add_prefix_space", absent: true)) _steps.Add(new PrefixSpaceStep());
                if (section.Flag("use_regex", absent: true)) _steps.Add(new ScannerSplitter<Gpt2Scanner>(default));
                IsByteLevel = true;
                break;
            default:
                _steps.Add(ReadStep(section, type));
                break;
        }
    }

    /// <summary>The encoder for the chain; chains that are one scanner get the fast way.</summary>
    public PieceEncoder Build(TokenModel model, bool cutsAtMarker) => _steps switch
    {
        [ScannerSplitter<Gpt2Scanner> gpt2] => new ScanningEncoder<Gpt2Scanner>(gpt2.Scanner, model),
        [ScannerSplitter<Cl100kScanner> cl100k] => new ScanningEncoder<Cl100kScanner>(cl100k.Scanner, model),
        [ScannerSplitter<DeepseekCoderScanner> deepseek] => new ScanningEncoder<DeepseekCoderScanner>(deepseek.Scanner, model),
        [] when cutsAtMarker => new ScanningEncoder<MarkerScanner>(default, model),
        _ => new ChainEncoder(_steps, model),
    };

    private void ReadSequence(JsonElement[] steps)
    {
        var patterns = DeepseekCoderScanner.Patterns;
        var isDeepseek = steps.Length > patterns.Length
            && steps.Take(patterns.Length).Select(IsolatedRegex).SequenceEqual(patterns)
            && steps[patterns.Length].Text("type") == "Digits" && steps[patterns.Length].Flag("individual_digits");
        if (isDeepseek) _steps.Add(new ScannerSplitter<DeepseekCoderScanner>(default));
        foreach (var step in steps.Skip(isDeepseek ? patterns.Length + 1 : 0)) Read(step);
    }

    private static string? IsolatedRegex(JsonElement step) =>
        step.Text("type") == "Split" && step.Text("behavior") == nameof(SplitBehavior.Isolated) && !step.Flag("invert") ? step.Member("pattern")?.Text("Regex") : null;

    private static PreTokenizer ReadStep(JsonElement section, string type) => type switch
    {
        "Split" => Split(section),
        "Digits" => RuneSplitter.Digits(section.Flag("individual_digits")),
        "Punctuation" => RuneSplitter.Punctuation(Behavior(section, SplitBehavior.Isolated)),
        "WhitespaceSplit" => RuneSplitter.WhiteSpace(),
        "Whitespace" => new RegexSplitter(new UnicodeRegex(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true),
        "Metaspace" => Metaspace(section),
        _ => throw Unsupported.Part("pre-tokenizer", type),
    };

    private static PreTokenizer Split(JsonElement section)
    {
        var pattern = section.Member("pattern") ?? throw new InvalidDataException("\"pattern\" is missing.");
        var behavior = Behavior(section, null);
        var invert = section.Flag("invert");
        if (pattern.Text("String") is { } text) return new TextSplitter(text, behavior, invert);
        var regex = pattern.RequiredText("Regex");

        // These patterns match every character, so removing what lies between matches removes nothing.
        if (behavior == SplitBehavior.Isolated || behavior == SplitBehavior.Removed && invert)
        {
            if (regex == Gpt2Scanner.Pattern) return new ScannerSplitter<Gpt2Scanner>(default);
            if (Cl100kScanner.DigitsOf(regex) is var digits and > 0) return new ScannerSplitter<Cl100kScanner>(new Cl100kScanner(digits));
        }

        return new RegexSplitter(new UnicodeRegex(regex), behavior, invert);
    }

    private static SplitBehavior Behavior(JsonElement section, SplitBehavior? absent)
    {
        var name = section.Text("behavior");
        if (name is null && absent is { } behavior) return behavior;
        return Enum.TryParse<SplitBehavior>(name, out var parsed) ? parsed : throw Unsupported.Part("split behavior", name);
    }

    private static MetaspaceStep Metaspace(JsonElement section)
    {
        var marker = section.Text("replacement") ?? "\u2581";
        if (marker.Length != 1) throw Unsupported.Part("space marker", marker);
        var scheme = section.Text("prepend_scheme") ?? (section.Flag("add_prefix_space", absent: true) ? "always" : "never");
        var prepend = scheme switch
        {
            "always" => MetaspaceStep.Prepend.Always,
            "first" => MetaspaceStep.Prepend.First,
            "never" => MetaspaceStep.Prepend.Never,
            _ => throw Unsupported.Part("prepend scheme", scheme),
        };
        return new MetaspaceStep(marker[0], prepend, section.Flag("split", absent: true));
    }
}

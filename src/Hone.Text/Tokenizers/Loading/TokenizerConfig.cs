using System.Globalization;
using System.Text.Json;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>What <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> say beside the tokenizer's own file.</summary>
internal sealed class TokenizerConfig
{
    private readonly JsonElement? _config;
    private readonly JsonElement? _map;

    private TokenizerConfig(JsonElement? config, JsonElement? map, IReadOnlyList<AddedToken> added) => (_config, _map, AddedTokens) = (config, map, added);

    /// <summary>The tokens of <c>added_tokens_decoder</c>, by id.</summary>
    public IReadOnlyList<AddedToken> AddedTokens { get; }

    public string? TokenizerClass => _config?.Text("tokenizer_class");

    public bool? AddsBegin => _config?.Member("add_bos_token")?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    public bool? AddsEnd => _config?.Member("add_eos_token")?.ValueKind switch { JsonValueKind.True => true, JsonValueKind.False => false, _ => null };

    /// <summary>Whether <c>add_prefix_space</c> is set.</summary>
    public bool AddsPrefixSpace => _config?.Member("add_prefix_space")?.ValueKind == JsonValueKind.True;

    /// <summary>
    /// Whether LlamaTokenizer puts a space marker in front of the text behind each special token, and not only at the beginning;
    /// true where the file does not say.
    /// </summary>
    public bool IsLegacy => _config?.Member("legacy")?.ValueKind != JsonValueKind.False;

    public static TokenizerConfig Read(string folder)
    {
        var path = Path.Combine(folder, "tokenizer_config.json");
        var config = ModelFile.ReadObject(path);
        var map = ModelFile.ReadObject(Path.Combine(folder, "special_tokens_map.json"));
        return ModelFile.Guard(path, () => new TokenizerConfig(config, map, ReadAdded(config)));
    }

    /// <summary>The text of <c>bos_token</c>, <c>eos_token</c>, …; null when no file names it.</summary>
    public string? Named(string name) => _config?.TokenText(name) ?? _map?.TokenText(name);

    /// <summary>All texts that are named as special tokens.</summary>
    public IEnumerable<string> NamedSpecial() => NamedElements().Select(e => e.TokenText()).OfType<string>();

    /// <summary>The tokens that are named as special ones and have an id.</summary>
    public IEnumerable<AddedToken> NamedTokens(Func<string, int?> idOf)
    {
        foreach (var element in NamedElements())
        {
            if (element.TokenText() is not { } text || idOf(text) is not { } id) continue;
            yield return element.ValueKind == JsonValueKind.String ? new AddedToken(id, text) { Special = true } : ReadAddedToken(element, id) with { Special = true };
        }
    }

    private IEnumerable<JsonElement> NamedElements()
    {
        foreach (var name in (string[])["bos_token", "eos_token", "pad_token", "unk_token"])
        {
            if ((_config?.TokenText(name) is not null ? _config : _map)?.Member(name) is { } element) yield return element;
        }

        foreach (var source in (JsonElement?[])[_config, _map])
        {
            if (source?.Member("additional_special_tokens") is not { ValueKind: JsonValueKind.Array } list) continue;
            foreach (var item in list.EnumerateArray()) yield return item;
        }
    }

    /// <summary>The named ids, looked up; the given ones stand in where no file names a token.</summary>
    public TokenizerSettings Settings(Func<string, int?> idOf, IEnumerable<AddedToken> added, TokenizerSettings? otherwise = null)
    {
        var special = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var token in added.Where(t => t.Special)) special[token.Content] = token.Id;
        return new TokenizerSettings
        {
            BeginId = Id("bos_token") ?? otherwise?.BeginId,
            EndId = Id("eos_token") ?? otherwise?.EndId,
            PadId = Id("pad_token") ?? otherwise?.PadId,
            UnknownId = Id("unk_token") ?? otherwise?.UnknownId,
            SpecialTokens = special,
        };

        int? Id(string name) => Named(name) is { } text ? idOf(text) : null;
    }

    private static List<AddedToken> ReadAdded(JsonElement? config)
    {
        var tokens = new List<AddedToken>();
        if (config?.Member("added_tokens_decoder") is not { } decoder) return tokens;
        foreach (var member in decoder.EnumerateObject())
            tokens.Add(ReadAddedToken(member.Value, int.Parse(member.Name, NumberStyles.None, CultureInfo.InvariantCulture)));
        tokens.Sort((a, b) => a.Id.CompareTo(b.Id));
        return tokens;
    }

    /// <summary>An added token as both files write it.</summary>
    public static AddedToken ReadAddedToken(JsonElement token, int id)
    {
        if ((uint)id >= Models.Vocabulary.MostIds) throw new InvalidDataException($"Token id {id} is out of range.");
        return new AddedToken(id, token.RequiredText("content"))
        {
            Special = token.Flag("special"),
            LeftStrip = token.Flag("lstrip"),
            RightStrip = token.Flag("rstrip"),
            SingleWord = token.Flag("single_word"),
            Normalized = token.Flag("normalized"),
        };
    }
}

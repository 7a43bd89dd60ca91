using System.Text.Json;
using Hone.Text.Tokenizers.Decoding;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Reads the decoder section of <c>tokenizer.json</c>.</summary>
internal sealed class DecoderReader
{
    private readonly List<Func<string, string>> _rewrites = [];
    private DecoderSpec _spec = new();
    private bool _fused;

    public static DecoderSpec Read(JsonElement section)
    {
        var reader = new DecoderReader();
        reader.ReadStep(section);
        return reader._spec with { Rewrites = reader._rewrites };
    }

    private void ReadStep(JsonElement section)
    {
        var type = section.RequiredText("type");
        switch (type)
        {
            case "Sequence":
                foreach (var step in section.Items("decoders")) ReadStep(step);
                break;
            case "ByteLevel" when _rewrites.Count == 0 && !_spec.ByteFallback:
                _spec = _spec with { ByteLevel = true };
                break;
            case "ByteFallback":
                _spec = _spec with { ByteFallback = true, BrokenRunIsLost = true };
                break;
            case "Fuse":
                _fused = true;
                break;
            case "Replace":
                ReadReplace(section);
                break;
            case "Strip":
                ReadStrip(section);
                break;
            case "Metaspace":
                ReadMetaspace(section);
                break;
            default:
                throw Unsupported.Part("decoder", type);
        }
    }

    private void ReadReplace(JsonElement section)
    {
        var pattern = section.Member("pattern")?.Text("String");
        var content = section.RequiredText("content");
        // Behind Fuse a longer pattern could match across tokens.
        if (_spec.ByteLevel || string.IsNullOrEmpty(pattern) || _fused && pattern.Length > 1) throw Unsupported.Part("decoder", "Replace");
        _rewrites.Add(token => token.Replace(pattern, content, StringComparison.Ordinal));
    }

    private void ReadStrip(JsonElement section)
    {
        var content = section.RequiredText("content");
        var start = section.Member("start")?.GetInt32() ?? 0;
        var stop = section.Member("stop")?.GetInt32() ?? 0;
        if (content.Length != 1 || start < 0 || stop < 0 || _spec.ByteLevel || _fused && stop > 0) throw Unsupported.Part("decoder", "Strip");
        if (_fused) _spec = _spec with { StripChar = content[0], StripCount = start };
        else _rewrites.Add(token => StripToken(token, content[0], start, stop));
    }

    private static string StripToken(string token, char content, int start, int stop)
    {
        var from = 0;
        while (from < Math.Min(start, token.Length) && token[from] == content) from++;
        var end = token.Length;
        while (end > from && token.Length - end < stop && token[end - 1] == content) end--;
        return token[from..end];
    }

    private void ReadMetaspace(JsonElement section)
    {
        var marker = section.Text("replacement") ?? "\u2581";
        if (marker.Length != 1 || _spec.ByteLevel) throw Unsupported.Part("decoder", "Metaspace");
        var scheme = section.Text("prepend_scheme") ?? (section.Flag("add_prefix_space", absent: true) ? "always" : "never");
        if (scheme != "never") _spec = _spec with { FirstRewrite = token => token.Replace(marker, "", StringComparison.Ordinal) };
        _rewrites.Add(token => token.Replace(marker[0], ' '));
    }
}

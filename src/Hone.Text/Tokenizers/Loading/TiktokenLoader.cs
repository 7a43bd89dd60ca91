using System.Buffers.Text;
using System.Globalization;
using Hone.Text.Tokenizers.Decoding;
using Hone.Text.Tokenizers.Models;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Loads tiktoken's text format: a line has a token in base64 and its rank. Llama 3's <c>tokenizer.model</c> is one.</summary>
internal static class TiktokenLoader
{
    /// <summary>Whether a file looks like this format.</summary>
    public static bool Matches(ReadOnlySpan<byte> file)
    {
        var end = file.IndexOf((byte)'\n');
        var line = (end < 0 ? file : file[..end]).TrimEnd("\r"u8);
        var space = line.IndexOf((byte)' ');
        return space > 0 && Base64.IsValid(line[..space]) && line[(space + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
    }

    public static Tokenizer Load(string path, byte[] file, TokenizerConfig config) => ModelFile.Guard(path, () => Build(ReadVocabulary(file), config));

    private static PipelineTokenizer Build(Vocabulary vocabulary, TokenizerConfig config)
    {
        var ranks = new int[vocabulary.Size];
        for (var id = 0; id < ranks.Length; id++) ranks[id] = vocabulary.Contains(id) ? id : -1;
        var model = new ByteLevelBpe(vocabulary, PieceMerges.Build(vocabulary, ranks), ignoreMerges: true, spelled: false, unknownId: -1);
        var texts = new TokenTexts(vocabulary, config.AddedTokens);
        var settings = config.Settings(texts.IdOf, config.AddedTokens);
        return new PipelineTokenizer(new PipelineParts
        {
            Settings = settings,
            Vocabulary = vocabulary,
            AddedTokens = config.AddedTokens,
            Encoder = new ScanningEncoder<Cl100kScanner>(new Cl100kScanner(3), model),
            Decoder = new DecoderSpec { ByteLevel = true },
            Before = (config.AddsBegin ?? true) && settings.BeginId is { } begin ? [begin] : [],
            After = (config.AddsEnd ?? false) && settings.EndId is { } end ? [end] : [],
        });
    }

    private static Vocabulary ReadVocabulary(byte[] file)
    {
        var vocabulary = new Vocabulary(file.Length / 16);
        var token = new byte[256];
        ReadOnlySpan<byte> text = file;
        for (var number = 1; !text.IsEmpty; number++)
        {
            var end = text.IndexOf((byte)'\n');
            var line = (end < 0 ? text : text[..end]).TrimEnd("\r"u8);
            text = end < 0 ? [] : text[(end + 1)..];
            if (line.IsEmpty) continue;
            var space = line.IndexOf((byte)' ');
            if (token.Length < line.Length) token = new byte[line.Length * 2];
            if (space < 0 || Base64.DecodeFromUtf8(line[..space], token, out _, out var length) != System.Buffers.OperationStatus.Done
                || !int.TryParse(line[(space + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var rank))
                throw new InvalidDataException($"Line {number} is not a token in base64 and its rank.");
            vocabulary.Add(token.AsSpan(0, length), rank);
        }

        return vocabulary;
    }
}

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers;

/// <summary>A tokenizer that <see cref="ByteLevelBpeTrainer"/> learned, ready to be written in Hugging Face's form.</summary>
public sealed class TrainedByteLevelBpe
{
    private static readonly JsonWriterOptions Options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, NewLine = "\n" };
    private readonly IReadOnlyList<(int Left, int Right)> _merges;

    internal TrainedByteLevelBpe(IReadOnlyList<string> tokens, IReadOnlyList<(int Left, int Right)> merges, IReadOnlyList<string> specialTokens)
    {
        (Tokens, _merges, SpecialTokens) = (tokens, merges, specialTokens);
    }

    /// <summary>The tokens in GPT-2's spelling of bytes, by id.</summary>
    public IReadOnlyList<string> Tokens { get; }

    /// <summary>The special tokens, whose ids follow.</summary>
    public IReadOnlyList<string> SpecialTokens { get; }

    /// <summary>The number of all tokens.</summary>
    public int VocabularySize => Tokens.Count + SpecialTokens.Count;

    /// <summary>Writes <c>tokenizer.json</c> and <c>tokenizer_config.json</c> into a folder that exists.</summary>
    /// <param name="folder">Where to; files of these names are overwritten.</param>
    /// <param name="chatTemplate">The Jinja template, or null for none.</param>
    /// <param name="endToken">The <c>eos_token</c>, one of the special tokens.</param>
    /// <param name="padToken">The <c>pad_token</c>, one of the special tokens.</param>
    /// <param name="modelMaxLength">The <c>model_max_length</c>.</param>
    /// <exception cref="HoneException">The end or padding token is not a special token.</exception>
    public void Save(string folder, string? chatTemplate, string endToken, string padToken, int modelMaxLength = 131072)
    {
        foreach (var name in (string[])[endToken, padToken])
        {
            if (!SpecialTokens.Contains(name)) throw new HoneException(ExitCode.Usage, $"\"{name}\" is not one of the special tokens.", null, "Train with it among the special tokens.");
        }

        Write(Path.Combine(folder, "tokenizer.json"), WriteTokenizer);
        Write(Path.Combine(folder, "tokenizer_config.json"), json => WriteConfig(json, chatTemplate, endToken, padToken, modelMaxLength));
    }

    private static void Write(string path, Action<Utf8JsonWriter> content)
    {
        using var file = File.Create(path);
        using (var json = new Utf8JsonWriter(file, Options)) content(json);
        file.WriteByte((byte)'\n');
    }

    private void WriteTokenizer(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        json.WriteNull("truncation");
        json.WriteNull("padding");
        json.WriteStartArray("added_tokens");
        for (var i = 0; i < SpecialTokens.Count; i++)
        {
            json.WriteStartObject();
            json.WriteNumber("id", Tokens.Count + i);
            WriteSpecial(json, SpecialTokens[i]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("normalizer");
        json.WriteString("type", "NFC");
        json.WriteEndObject();
        WritePreTokenizer(json);
        WriteByteLevel(json, "post_processor");
        WriteByteLevel(json, "decoder");
        WriteModel(json);
        json.WriteEndObject();
    }

    private static void WritePreTokenizer(Utf8JsonWriter json)
    {
        json.WriteStartObject("pre_tokenizer");
        json.WriteString("type", "Sequence");
        json.WriteStartArray("pretokenizers");
        json.WriteStartObject();
        json.WriteString("type", "Split");
        json.WriteStartObject("pattern");
        json.WriteString("Regex", Cl100kScanner.Qwen2Pattern);
        json.WriteEndObject();
        json.WriteString("behavior", "Isolated");
        json.WriteBoolean("invert", false);
        json.WriteEndObject();
        WriteByteLevel(json, null);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteByteLevel(Utf8JsonWriter json, string? name)
    {
        if (name is null) json.WriteStartObject();
        else json.WriteStartObject(name);
        json.WriteString("type", "ByteLevel");
        json.WriteBoolean("add_prefix_space", false);
        json.WriteBoolean("trim_offsets", false);
        json.WriteBoolean("use_regex", false);
        json.WriteEndObject();
    }

    private void WriteModel(Utf8JsonWriter json)
    {
        json.WriteStartObject("model");
        json.WriteString("type", "BPE");
        json.WriteNull("dropout");
        json.WriteNull("unk_token");
        json.WriteString("continuing_subword_prefix", "");
        json.WriteString("end_of_word_suffix", "");
        json.WriteBoolean("fuse_unk", false);
        json.WriteBoolean("byte_fallback", false);
        json.WriteBoolean("ignore_merges", false);
        json.WriteStartObject("vocab");
        for (var id = 0; id < Tokens.Count; id++) json.WriteNumber(Tokens[id], id);
        json.WriteEndObject();
        json.WriteStartArray("merges");
        foreach (var (left, right) in _merges) json.WriteStringValue($"{Tokens[left]} {Tokens[right]}");
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void WriteConfig(Utf8JsonWriter json, string? chatTemplate, string endToken, string padToken, int modelMaxLength)
    {
        json.WriteStartObject();
        json.WriteBoolean("add_bos_token", false);
        json.WriteBoolean("add_prefix_space", false);
        json.WriteStartObject("added_tokens_decoder");
        for (var i = 0; i < SpecialTokens.Count; i++)
        {
            json.WriteStartObject((Tokens.Count + i).ToString(CultureInfo.InvariantCulture));
            WriteSpecial(json, SpecialTokens[i]);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartArray("additional_special_tokens");
        foreach (var token in SpecialTokens) json.WriteStringValue(token);
        json.WriteEndArray();
        json.WriteNull("bos_token");
        if (chatTemplate is not null) json.WriteString("chat_template", chatTemplate);
        json.WriteBoolean("clean_up_tokenization_spaces", false);
        json.WriteString("eos_token", endToken);
        json.WriteString("errors", "replace");
        json.WriteNumber("model_max_length", modelMaxLength);
        json.WriteString("pad_token", padToken);
        json.WriteBoolean("split_special_tokens", false);
        json.WriteString("tokenizer_class", "Qwen2Tokenizer");
        json.WriteNull("unk_token");
        json.WriteEndObject();
    }

    private static void WriteSpecial(Utf8JsonWriter json, string content)
    {
        json.WriteString("content", content);
        json.WriteBoolean("single_word", false);
        json.WriteBoolean("lstrip", false);
        json.WriteBoolean("rstrip", false);
        json.WriteBoolean("normalized", false);
        json.WriteBoolean("special", true);
    }
}

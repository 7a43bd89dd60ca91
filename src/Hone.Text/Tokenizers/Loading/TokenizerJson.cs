using System.Text.Json;
using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>The content of a Hugging Face <c>tokenizer.json</c>: the big tables in their final form, the rest as JSON.</summary>
internal sealed class TokenizerJson
{
    private readonly byte[] _json;
    private int _mergesAt = -1;

    private TokenizerJson(byte[] json) => _json = json;

    public List<AddedToken> AddedTokens { get; } = [];

    /// <summary>The sections "normalizer", "pre_tokenizer", "post_processor", "decoder", where they are not null.</summary>
    public Dictionary<string, JsonElement> Sections { get; } = [];

    /// <summary>The members of "model" other than the tables.</summary>
    public Dictionary<string, JsonElement> Model { get; } = [];

    public Vocabulary? Vocabulary { get; private set; }

    /// <summary>Scores by id, for unigram models, whose vocabulary is a list.</summary>
    public List<double>? Scores { get; private set; }

    public MergeTable? Merges { get; private set; }

    public static TokenizerJson Parse(byte[] json)
    {
        var result = new TokenizerJson(json);
        result.ReadTop();
        if (result._mergesAt >= 0 && result.Vocabulary is not null && result.Scores is null)
        {
            var reader = new Utf8JsonReader(json.AsSpan(result._mergesAt));
            reader.Read();
            result.Merges = VocabularyReader.ReadMerges(ref reader, result.Vocabulary);
        }

        return result;
    }

    public string? ModelText(string name) => Model.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public bool ModelFlag(string name) => Model.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.True;

    private void ReadTop()
    {
        var reader = new Utf8JsonReader(_json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new InvalidDataException("It is not a JSON object.");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            if (name == "model" && reader.TokenType == JsonTokenType.StartObject) ReadModel(ref reader);
            else if (name == "added_tokens" && reader.TokenType == JsonTokenType.StartArray) ReadAddedTokens(JsonElement.ParseValue(ref reader));
            else if (reader.TokenType == JsonTokenType.StartObject) Sections[name] = JsonElement.ParseValue(ref reader);
            else reader.Skip();
        }

        if (reader.Read()) throw new InvalidDataException("There is something behind its end.");
    }

    private void ReadAddedTokens(JsonElement tokens)
    {
        foreach (var token in tokens.EnumerateArray())
        {
            if (token.Member("id") is not { } id) throw new InvalidDataException("An added token has no id.");
            AddedTokens.Add(TokenizerConfig.ReadAddedToken(token, id.GetInt32()));
        }
    }

    private void ReadModel(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            switch (name)
            {
                case "vocab" when reader.TokenType == JsonTokenType.StartObject:
                    Vocabulary = VocabularyReader.ReadObject(ref reader, _json.Length);
                    break;
                case "vocab":
                    (Vocabulary, Scores) = VocabularyReader.ReadScored(ref reader);
                    break;
                case "merges":
                    // Merges name tokens of the vocabulary, which may come later in the file.
                    _mergesAt = (int)reader.TokenStartIndex;
                    reader.Skip();
                    break;
                default:
                    Model[name] = JsonElement.ParseValue(ref reader);
                    break;
            }
        }
    }
}

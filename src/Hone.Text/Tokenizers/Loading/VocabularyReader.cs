using System.Text.Json;
using Hone.Text.Tokenizers.Models;

namespace Hone.Text.Tokenizers.Loading;

/// <summary>Reads the big tables without making a string of each token.</summary>
internal static class VocabularyReader
{
    /// <summary>Reads {"token": id, …}; the reader stands at its beginning.</summary>
    public static Vocabulary ReadObject(ref Utf8JsonReader reader, int fileLength)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw new InvalidDataException("The vocabulary is not a JSON object.");
        var vocabulary = new Vocabulary(fileLength / 48);
        var buffer = new byte[256];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var token = Unescape(ref reader, ref buffer);
            // The id is read before the token is stored: reading on does not move the bytes of the token.
            reader.Read();
            vocabulary.Add(token, reader.GetInt64());
        }

        return vocabulary;
    }

    /// <summary>Reads [["token", score], …]; ids are positions.</summary>
    public static (Vocabulary Vocabulary, List<double> Scores) ReadScored(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new InvalidDataException("The vocabulary is neither object nor list.");
        var vocabulary = new Vocabulary();
        var scores = new List<double>();
        var buffer = new byte[256];
        while (reader.Read() && reader.TokenType == JsonTokenType.StartArray)
        {
            reader.Read();
            vocabulary.Add(Unescape(ref reader, ref buffer), scores.Count);
            reader.Read();
            scores.Add(reader.GetDouble());
            reader.Read();
            if (reader.TokenType != JsonTokenType.EndArray) throw new InvalidDataException("A vocabulary entry is not [token, score].");
        }

        return (vocabulary, scores);
    }

    /// <summary>Reads ["a b", …] or [["a", "b"], …]; the reader stands at its beginning.</summary>
    public static MergeTable ReadMerges(ref Utf8JsonReader reader, Vocabulary vocabulary)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new InvalidDataException("The merges are not a list.");
        var merges = new MergeTable(vocabulary.Count * 2);
        var left = new byte[256];
        var right = new byte[256];
        for (var rank = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; rank++)
        {
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                reader.Read();
                var first = Unescape(ref reader, ref left);
                reader.Read();
                AddMerge(merges, vocabulary, rank, first, Unescape(ref reader, ref right));
                reader.Read();
                if (reader.TokenType != JsonTokenType.EndArray) throw new InvalidDataException($"Merge {rank} is not a pair.");
            }
            else
            {
                AddMerge(merges, vocabulary, rank, Unescape(ref reader, ref left));
            }
        }

        return merges;
    }

    /// <summary>Adds a merge written as "a b".</summary>
    public static void AddMerge(MergeTable merges, Vocabulary vocabulary, int rank, ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf((byte)' ');
        if (space < 0 || line[(space + 1)..].Contains((byte)' ')) throw new InvalidDataException($"Merge {rank} is not two tokens.");
        AddMerge(merges, vocabulary, rank, line[..space], line[(space + 1)..]);
    }

    private static void AddMerge(MergeTable merges, Vocabulary vocabulary, int rank, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<byte> merged = left.Length + right.Length <= 512 ? stackalloc byte[left.Length + right.Length] : new byte[left.Length + right.Length];
        left.CopyTo(merged);
        right.CopyTo(merged[left.Length..]);
        var (leftId, rightId, mergedId) = (vocabulary.Find(left), vocabulary.Find(right), vocabulary.Find(merged));
        if (leftId < 0 || rightId < 0 || mergedId < 0) throw new InvalidDataException($"Merge {rank} names a token that is not in the vocabulary.");
        merges.Add(leftId, rightId, rank, mergedId);
    }

    private static ReadOnlySpan<byte> Unescape(ref Utf8JsonReader reader, ref byte[] buffer)
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName)) throw new InvalidDataException("A token is not a string.");
        if (!reader.ValueIsEscaped && System.Text.Unicode.Utf8.IsValid(reader.ValueSpan)) return reader.ValueSpan;
        if (buffer.Length < reader.ValueSpan.Length) buffer = new byte[reader.ValueSpan.Length * 2];
        return buffer.AsSpan(0, reader.CopyString(buffer));
    }
}

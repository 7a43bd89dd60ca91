namespace Hone.Text.Tests.Tokenizers;

/// <summary>Every published vector, through every file form.</summary>
public sealed class GoldenTokenizerTests
{
    public static TheoryData<string, string> Forms => new()
    {
        { "qwen2.5", "qwen2.5" },
        { "qwen2.5", "qwen2.5:vocab.json,merges.txt" },
        { "gpt2", "gpt2" },
        { "gpt2", "gpt2:vocab.json,merges.txt" },
        { "llama2", "llama2" },
        { "llama2", "llama2:tokenizer.model" },
        { "llama3", "llama3" },
        { "llama3", "llama3:tokenizer.model" },
        { "mistral-v0.1", "mistral-v0.1" },
        { "mistral-v0.1", "mistral-v0.1:tokenizer.model" },
        { "deepseek-coder", "deepseek-coder" },
        { "minimind", "minimind" },
        { "yi", "yi" },
        { "stories260k", "stories260k" },
        { "stories260k", "stories260k:tok512.bin" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Encodes_and_decodes_every_vector_exactly(string set, string form)
    {
        var tokenizer = GoldenVectors.Load(form);
        var failures = new List<string>();
        var count = 0;
        foreach (var vector in GoldenVectors.Read(set))
        {
            if (IsLeftOut(form, vector.Text)) continue;
            count++;
            var ids = tokenizer.Encode(vector.Text);
            if (!ids.SequenceEqual(vector.Ids)) failures.Add($"{Show(vector.Text)}: {string.Join(' ', ids.Take(20))} instead of {string.Join(' ', vector.Ids.Take(20))}");
            var decoded = tokenizer.Decode(vector.Ids);
            if (decoded != vector.Decoded) failures.Add($"{Show(vector.Text)}: decodes to {Show(decoded)} instead of {Show(vector.Decoded)}");
        }

        Assert.True(failures.Count == 0, $"{failures.Count} of {count} fail:\n{string.Join('\n', failures.Take(12))}");
        Assert.True(count > 700);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Streamed_decoding_gives_the_same_text(string set, string form)
    {
        var tokenizer = GoldenVectors.Load(form);
        var stream = tokenizer.CreateStreamingDecoder();
        foreach (var vector in GoldenVectors.Read(set))
        {
            var pieces = vector.Ids.Select(stream.Append).Append(null).Select(p => p ?? stream.Flush()).ToArray();
            Assert.Equal(tokenizer.Decode(vector.Ids), string.Concat(pieces));
            Assert.DoesNotContain(pieces, p => p.Length > 0 && (char.IsHighSurrogate(p[^1]) || char.IsLowSurrogate(p[0])));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(":vocab.json,merges.txt")]
    [InlineData(":tokenizer.model")]
    public void Adds_the_beginning_and_end_tokens_of_the_published_vectors(string files)
    {
        var count = 0;
        foreach (var vector in GoldenVectors.Read("with_special_tokens"))
        {
            if (files.Length > 0 && !Forms.Any(f => f.Data.Item2 == vector.Tokenizer + files)) continue;
            var tokenizer = GoldenVectors.Load(vector.Tokenizer + files);
            if (IsLeftOut(vector.Tokenizer + files, vector.Text)) continue;
            count++;
            Assert.Equal(vector.Ids, tokenizer.Encode(vector.Text, addSpecialTokens: true));
            Assert.Equal(vector.Decoded, tokenizer.Decode(vector.Ids));
            Assert.Equal(vector.DecodedSkipSpecial, tokenizer.Decode(vector.Ids, skipSpecialTokens: true));
        }

        Assert.True(count >= 15, $"{count} vectors");
    }

    /// <summary>Plain SentencePiece models take control pieces that are spelt out as text; tokenizer.json does not.</summary>
    private static bool IsLeftOut(string form, string text) =>
        form is "llama2:tokenizer.model" or "mistral-v0.1:tokenizer.model"
        && new[] { "<s>", "</s>", "<unk>" }.Any(t => text.Contains(t, StringComparison.Ordinal));

    private static string Show(string text)
    {
        var shown = string.Concat(text.Take(60).Select(c => c is >= ' ' and < '\u007f' ? c.ToString() : $"\\u{(int)c:x4}"));
        return $"\"{shown}\"({text.Length})";
    }
}

using System.Text.RegularExpressions;
using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>The special tokens of a folder that has SentencePiece's model only: found in text as LlamaTokenizer finds them.</summary>
public sealed class SentencePieceControlTests
{
    private static readonly string[] YiControls = ["<unk>", "<|startoftext|>", "<|endoftext|>"];

    [Theory]
    [InlineData("mistral-v0.1")]
    [InlineData("llama2")]
    public void Every_vector_of_tokenizer_json_comes_out_those_with_special_tokens_too(string set)
    {
        // What tokenizer.json does behind a special token is the legacy way.
        using var folder = Folder(set, """{"legacy": true}""");
        var tokenizer = Tokenizer.Load(folder.Path);
        var spelt = 0;
        foreach (var vector in GoldenVectors.Read(set))
        {
            Assert.Equal(vector.Ids, tokenizer.Encode(vector.Text));
            Assert.Equal(vector.Decoded, tokenizer.Decode(vector.Ids));
            if (vector.Ids.Any(id => id is 1 or 2)) spelt++;
        }

        Assert.True(spelt > 5, $"only {spelt} vectors have a special token");
    }

    [Theory]
    [InlineData("llama2", "llama2:tokenizer.model")]
    [InlineData("mistral-v0.1", "mistral-v0.1:tokenizer.model")]
    [InlineData("yi", "yi")]
    [InlineData("stories260k", "stories260k")]
    public void The_published_folder_gives_every_vector_that_spells_none_of_its_control_tokens(string set, string form)
    {
        var tokenizer = GoldenVectors.Load(form, splitsControls: true);
        string[] controls = [.. YiControls, "<s>", "</s>"];
        var vectors = GoldenVectors.Read(set).Where(v => !controls.Any(c => v.Text.Contains(c, StringComparison.Ordinal))).ToList();
        Assert.All(vectors, v => Assert.Equal((v.Text, string.Join(' ', v.Ids), v.Decoded), (v.Text, string.Join(' ', tokenizer.Encode(v.Text)), tokenizer.Decode(v.Ids))));
        Assert.True(vectors.Count > 700);
    }

    [Fact]
    public void Control_tokens_of_a_model_without_a_leading_space_cut_its_vectors()
    {
        var (tokenizer, plain) = (GoldenVectors.Load("yi", splitsControls: true), GoldenVectors.Load("yi"));
        var published = GoldenVectors.Read("yi").Select(v => v.Text).Where(t => YiControls.Any(c => t.Contains(c, StringComparison.Ordinal))).ToList();
        Assert.NotEmpty(published);
        foreach (var text in (string[])[.. published, "<|startoftext|>Hello, world!<|endoftext|>", "a <unk>b<|im_end|>\n", "<|im_start|>user\n1 + 1 <|endoftext|> 你好<unk>"])
        {
            var parts = Regex.Split(text, $"({string.Join('|', YiControls.Select(Regex.Escape))})");
            var expected = parts.SelectMany(p => Array.IndexOf(YiControls, p) is >= 0 and var id ? [id] : plain.Encode(p));
            Assert.Equal(expected, tokenizer.Encode(text));
        }
    }

    [Fact]
    public void A_plain_model_has_the_tokens_behind_its_pieces_too()
    {
        using var folder = Folder("llama2", """
            {"added_tokens_decoder": {"2": {"content": "</s>", "special": true},
             "32000": {"content": "<|im_end|>", "special": true, "normalized": true}, "32001": {"content": "<|im_start|>", "special": true}}}
            """);
        var plain = Tokenizer.LoadPlain(folder.Path);
        Assert.Equal("<|im_start|>|▁user|<0x0A>|Hi|<|im_end|>", Tokens(plain, "<|im_start|>user\nHi<|im_end|>"));
        Assert.DoesNotContain(2, plain.Encode("a</s>"));
        Assert.Equal(32002, plain.VocabularySize);
        Assert.Equal("a", plain.Decode([32001, plain.Encode("a")[0], 32000], skipSpecialTokens: true).Trim());
    }

    [Theory]
    [InlineData("""{"legacy": true}""", "<s>|▁Hello|</s>|▁Hello")]
    [InlineData("""{"legacy": false}""", "<s>|Hello|</s>|Hello")]
    [InlineData("{}", "<s>|▁Hello|</s>|▁Hello")]
    [InlineData(null, "<s>|▁Hello|</s>|▁Hello")]
    public void The_space_marker_stands_behind_special_tokens_only_in_the_legacy_way(string? config, string expected)
    {
        using var folder = Folder("llama2", config);
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(expected, Tokens(tokenizer, "<s>Hello</s>Hello"));
        Assert.Equal("▁Hello|</s>", Tokens(tokenizer, "Hello</s>"));
        Assert.Equal((1, 2), (tokenizer.BeginId, tokenizer.EndId));
    }

    [Fact]
    public void Tokens_that_the_configuration_adds_are_found_and_the_models_own_remain()
    {
        using var folder = Folder("llama2", """
            {"eos_token": {"content": "<|im_end|>", "lstrip": false, "rstrip": true},
             "added_tokens_decoder": {"32000": {"content": "<|im_end|>", "special": true}, "32001": {"content": "[/", "special": false}}}
            """);
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal("<s>|▁a|<|im_end|>|▁a|[/|▁a", Tokens(tokenizer, "<s>a<|im_end|>a[/a"));
        Assert.Equal(32000, tokenizer.EndId);
        // The file names another end token, so LlamaTokenizer adds that one, and the model's own stays text.
        Assert.DoesNotContain(2, tokenizer.Encode("</s>"));
    }

    [Fact]
    public void Named_tokens_take_the_white_space_along_that_their_description_says()
    {
        using var folder = Folder("llama2", """{"eos_token": {"content": "</s>", "lstrip": true, "rstrip": true}, "legacy": false}""");
        Assert.Equal("▁a|</s>|b", Tokens(Tokenizer.Load(folder.Path), "a </s> b"));
    }

    [Fact]
    public void A_plain_model_takes_control_pieces_as_text()
    {
        using var folder = Folder("llama2", """{"added_tokens_decoder": {"2": {"content": "</s>", "special": true}}}""");
        var ids = Tokenizer.LoadPlain(folder.Path).Encode("<s>a</s>");
        Assert.DoesNotContain(1, ids);
        Assert.DoesNotContain(2, ids);
    }

    private static string Tokens(Tokenizer tokenizer, string text) => string.Join('|', tokenizer.Encode(text).Select(tokenizer.TokenOf));

    private static TemporaryFolder Folder(string model, string? config)
    {
        var source = SharedData.PathOf($"tokenizers/{model}/tokenizer.model");
        var folder = new TemporaryFolder();
        File.Copy(source, folder.PathOf("tokenizer.model"));
        if (config is not null) folder.Write("tokenizer_config.json", config);
        return folder;
    }
}

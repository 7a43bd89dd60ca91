using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>The special tokens of a folder that has SentencePiece's model only: found in text as LlamaTokenizer finds them.</summary>
public sealed class SentencePieceControlTests
{
    [Fact]
    public void Every_vector_of_tokenizer_json_comes_out_those_with_special_tokens_too()
    {
        var tokenizer = GoldenVectors.Load("mistral-v0.1:tokenizer.model", splitsControls: true);
        var spelt = 0;
        foreach (var vector in GoldenVectors.Read("mistral-v0.1"))
        {
            Assert.Equal(vector.Ids, tokenizer.Encode(vector.Text));
            if (vector.Ids.Any(id => id is 1 or 2)) spelt++;
        }

        Assert.True(spelt > 5, $"only {spelt} vectors have a special token");
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

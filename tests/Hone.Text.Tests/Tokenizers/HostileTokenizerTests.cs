using System.Text;
using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>Broken and hostile files and texts.</summary>
public sealed class HostileTokenizerTests
{
    private const string SmallJson = """
        {"version":"1.0","added_tokens":[{"id":7,"content":"<s>","special":true,"lstrip":true,"rstrip":true,"single_word":true,"normalized":false}],
        "normalizer":{"type":"Sequence","normalizers":[{"type":"NFKC"},{"type":"Prepend","prepend":"a"},{"type":"Replace","pattern":{"Regex":" +"},"content":"b"}]},
        "pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\s?\\p{L}++|\\d{1,3}"},"behavior":"MergedWithNext","invert":false},
        {"type":"Metaspace","replacement":"▁","prepend_scheme":"first","split":true}]},
        "post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>","type_id":0}},{"Sequence":{"id":"A","type_id":0}}],"special_tokens":{"<s>":{"id":"<s>","ids":[7],"tokens":["<s>"]}}},
        "decoder":{"type":"Sequence","decoders":[{"type":"Replace","pattern":{"String":"▁"},"content":" "},{"type":"ByteFallback"},{"type":"Fuse"},{"type":"Strip","content":" ","start":1,"stop":0}]},
        "model":{"type":"BPE","unk_token":"<unk>","fuse_unk":true,"byte_fallback":true,"vocab":{"<unk>":0,"a":1,"b":2,"ab":3,"▁":4,"<0x41>":5,"\u00e9":6},"merges":["a b"]}}
        """;

    [Fact]
    public void A_damaged_tokenizer_json_loads_or_is_refused_and_nothing_else() =>
        Damage("tokenizer.json", Encoding.UTF8.GetBytes(SmallJson), 4000);

    [Fact]
    public void A_damaged_sentencepiece_model_loads_or_is_refused_and_nothing_else() =>
        Damage("tokenizer.model", File.ReadAllBytes(SharedData.PathOf("tokenizers/stories260k/tokenizer.model")), 600);

    [Fact]
    public void A_damaged_llama2c_vocabulary_loads_or_is_refused_and_nothing_else() =>
        Damage("tok512.bin", File.ReadAllBytes(SharedData.PathOf("tokenizers/stories260k/tok512.bin")), 400);

    [Fact]
    public void A_damaged_tiktoken_file_loads_or_is_refused_and_nothing_else() =>
        Damage("tokenizer.model", File.ReadAllBytes(SharedData.PathOf("tokenizers/llama3/tokenizer.model"))[..4096], 600);

    [Theory]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":2000000000},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"\ud800":0},"merges":[]}}""")]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{"a":0}}}""")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",1e400]]}}""")]
    [InlineData("""{"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(((("},"behavior":"Isolated"},"model":{"type":"BPE","vocab":{"a":0},"merges":[]}}""")]
    [InlineData("""[]""")]
    [InlineData("")]
    public void Files_that_lie_are_refused_with_their_name(string json)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "tokenizer.json");
        File.WriteAllText(path, json);
        var error = Assert.Throws<HoneException>(() => Tokenizer.Load(folder.Path));
        Assert.Equal(ExitCode.Model, error.ExitCode);
        Assert.True(error.Where == path || error.Where == "((((", error.Where);
    }

    [Fact]
    public void Json_nested_without_end_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(Path.Combine(folder.Path, "tokenizer.json"), "{\"normalizer\":" + string.Concat(Enumerable.Repeat("{\"a\":", 100_000)));
        Assert.Throws<HoneException>(() => Tokenizer.Load(folder.Path));
    }

    [Fact]
    public void A_folder_without_a_tokenizer_is_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => Tokenizer.Load(folder.Path)).ExitCode);
        Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => Tokenizer.Load(Path.Combine(folder.Path, "none"))).ExitCode);
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("llama2")]
    [InlineData("deepseek-coder")]
    public void A_lone_surrogate_counts_as_the_replacement_character(string name)
    {
        var tokenizer = GoldenVectors.Load(name);
        foreach (var broken in (string[])["\ud83d", "\udc4d", "a\ud83d b", "\udc4d\ud83d", "e\u0301\ud83d"])
            Assert.Equal(tokenizer.Encode(new string([.. broken.Select(c => char.IsSurrogate(c) ? '\ufffd' : c)])), tokenizer.Encode(broken));
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("llama2")]
    public void A_megabyte_of_one_letter_is_encoded_and_decoded(string name)
    {
        var tokenizer = GoldenVectors.Load(name);
        var text = new string('a', 1 << 20);
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public void Ids_outside_the_vocabulary_decode_to_nothing()
    {
        foreach (var name in (string[])["qwen2.5", "llama2"])
        {
            var tokenizer = GoldenVectors.Load(name);
            Assert.Equal("", tokenizer.Decode([-1, int.MinValue, int.MaxValue, tokenizer.VocabularySize]));
            Assert.Null(tokenizer.TokenOf(-1));
        }
    }

    /// <summary>Cuts off and flips bits at places drawn from a fixed seed.</summary>
    private static void Damage(string name, byte[] file, int times)
    {
        using var folder = new TemporaryFolder();
        var random = new Random(20240607);
        var loaded = 0;
        for (var i = 0; i < times; i++)
        {
            var damaged = i % 4 == 0 ? file[..random.Next(file.Length)] : file.ToArray();
            for (var flips = i % 4; flips > 0; flips--) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path.Combine(folder.Path, name), damaged);
            try
            {
                var tokenizer = Tokenizer.Load(folder.Path);
                var ids = tokenizer.Encode("Hello ab\ufb01 12 <s> \ud83d\udc4d\u00e9", addSpecialTokens: true);
                tokenizer.Decode(ids);
                loaded++;
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Model, e.ExitCode);
            }
        }

        Assert.True(loaded < times, "no damage was noticed");
    }
}

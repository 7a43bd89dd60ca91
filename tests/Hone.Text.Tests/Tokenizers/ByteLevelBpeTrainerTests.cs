using System.Text.Json;
using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Tokenizers;

public sealed class ByteLevelBpeTrainerTests
{
    private static readonly string[] Special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    [Fact]
    public void Learns_the_merges_that_counting_by_hand_gives()
    {
        // 'l''o' 9 times, then "lo" + 'w' 7 times, then ' ' + "low" 4 times, then 'l' stays: "lot" occurs twice.
        var trained = ByteLevelBpeTrainer.Train(["low low low low low", "lower lower", "lot lot"], 256 + 3 + 3, Special);
        Assert.Equal(["lo", "low", "\u0120low"], trained.Tokens.Skip(256));
        Assert.Equal(262, trained.VocabularySize);
    }

    [Fact]
    public void Gives_the_same_merges_as_counting_everything_anew_each_time()
    {
        var texts = Corpus().Take(60).ToArray();
        var trained = ByteLevelBpeTrainer.Train(texts, 256 + 3 + 120, Special);
        Assert.Equal(SlowTraining.Tokens(texts, 256 + 120), trained.Tokens);
    }

    [Fact]
    public void Does_not_depend_on_the_order_of_the_texts()
    {
        var texts = Corpus().Take(300).ToArray();
        var forward = ByteLevelBpeTrainer.Train(texts, 1000, Special);
        var backward = ByteLevelBpeTrainer.Train(texts.Reverse(), 1000, Special);
        Assert.Equal(forward.Tokens, backward.Tokens);
        Assert.Equal(1000, forward.VocabularySize);
    }

    [Fact]
    public void What_it_saves_loads_again_and_round_trips()
    {
        using var folder = new TemporaryFolder();
        var texts = Corpus().Take(500).Append("你好，世界！ e\u0301 👍").ToArray();
        var trained = ByteLevelBpeTrainer.Train(texts, 2000, Special);
        trained.Save(folder.Path, "{{ messages }}", "<|im_end|>", "<|endoftext|>");
        var tokenizer = Tokenizer.Load(folder.Path);
        Assert.Equal(2000, tokenizer.VocabularySize);
        Assert.Equal(1999, tokenizer.EndId);
        Assert.Equal(1997, tokenizer.PadId);
        Assert.Null(tokenizer.BeginId);
        for (var id = 0; id < trained.Tokens.Count; id++) Assert.Equal(id, tokenizer.IdOf(trained.Tokens[id]));
        foreach (var text in texts) Assert.Equal(text.Replace("e\u0301", "\u00e9", StringComparison.Ordinal), tokenizer.Decode(tokenizer.Encode(text)));
        Assert.Equal([1998, .. tokenizer.Encode("user"), 1999], tokenizer.Encode("<|im_start|>user<|im_end|>"));
        using var config = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.Path, "tokenizer_config.json")));
        Assert.Equal("{{ messages }}", config.RootElement.GetProperty("chat_template").GetString());
    }

    [Fact]
    public void Refuses_a_vocabulary_without_room_for_the_bytes()
    {
        var error = Assert.Throws<HoneException>(() => ByteLevelBpeTrainer.Train(["a"], 258, Special));
        Assert.Equal(ExitCode.Usage, error.ExitCode);
    }

    private static IEnumerable<string> Corpus()
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf("datasets/alpaca_5k.json")));
        return [.. json.RootElement.EnumerateArray().Select(row => row.GetProperty("output").GetString()!)];
    }
}

using System.Text.Json.Nodes;
using Hone.Data.Rendering;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Rendering;

/// <summary>What is trained must be the ids that the tokenizer gives for the whole conversation: those that inference sees.</summary>
public sealed class SegmentTokenizerTests
{
    private static readonly string[][] s_conversations =
    [
        ["Hi", "Hello there!"],
        ["What is 2 + 2?", "4", "And twice that?", "It is 8.\n\nBecause 4 + 4 = 8."],
        ["你好，你是谁？", "我是小黄。", "Really?", "Yes — 真的 🙂", "ok", "  spaced  out  "],
        ["Write code", "def f(x):\n    return x  # done", "Thanks", "You're welcome."],
        ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"],
    ];

    public static TheoryData<string, string, int> Cases()
    {
        var data = new TheoryData<string, string, int>();
        foreach (var (tokenizer, template) in new[]
        {
            ("llama2", "llama-2-chat.jinja"), ("mistral-v0.1", "mistral-7b-instruct-v0.1.jinja"), ("mistral-v0.1", "zephyr.jinja"), ("llama2", "vicuna.jinja"),
            ("llama2:tokenizer.model", "llama-2-chat.jinja"), ("mistral-v0.1:tokenizer.model", "mistral-7b-instruct-v0.1.jinja"),
        })
        {
            for (var i = 0; i < s_conversations.Length; i++) data.Add(tokenizer, template, i);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Ids_are_those_of_the_whole_text_and_the_learned_ones_are_the_answers_with_their_ends(string tokenizerName, string templateName, int number)
    {
        using var copy = new TemporaryFolder();
        var folder = SharedData.PathOf("tokenizers/" + tokenizerName.Split(':')[0]);
        if (tokenizerName.EndsWith(":tokenizer.model", StringComparison.Ordinal)) folder = WithModelOnly(folder, copy);
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/" + templateName), folder);
        var messages = new JsonArray();
        foreach (var text in s_conversations[number])
            messages.Add((JsonNode)new JsonObject { ["role"] = messages.Count % 2 == 0 ? "user" : "assistant", ["content"] = text });
        var loader = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions());

        var (ids, weights) = loader.Tokenize(new Conversation(messages, new float?[messages.Count]));

        var whole = template.Render(new ChatInput(messages)).Text;
        Assert.Equal(tokenizer.Encode(whole), ids);
        Assert.Equal(ids.Length, weights.Length);
        var answers = s_conversations[number].Where((_, i) => i % 2 == 1).ToList();
        var runs = LearnedRuns(ids, weights);
        Assert.Equal(answers.Count, runs.Count);
        foreach (var (answer, run) in answers.Zip(runs))
        {
            Assert.Equal(tokenizer.EndId, run[^1]);
            Assert.Equal(answer.Trim(), tokenizer.Decode(run.AsSpan(0, run.Length - 1)).Trim());
        }
    }

    [Fact]
    public void The_first_learned_token_is_what_follows_the_prompt_at_inference()
    {
        var folder = SharedData.PathOf("tokenizers/llama2");
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/llama-2-chat.jinja"), folder);
        var messages = JsonNode.Parse("""[{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]""")!.AsArray();
        var (ids, weights) = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions()).Tokenize(new Conversation(messages, new float?[2]));
        var prompt = tokenizer.Encode(template.Render(new ChatInput([messages[0]!.DeepClone()]) { AddGenerationPrompt = true }).Text);
        var first = Array.FindIndex(weights, w => w > 0);
        Assert.Equal(prompt, ids[..first]);
        Assert.Equal("▁Hello", tokenizer.TokenOf(ids[first]));
    }

    [Fact]
    public void A_byte_level_tokenizer_encodes_segment_by_segment()
    {
        var tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/qwen2.5"));
        var end = tokenizer.IdOf("<|im_end|>")!.Value;
        var (ids, weights, _) = new SegmentTokenizer(tokenizer, [end]).Encode([new("<|im_start|>assistant\n", 0), new("\nHello<|im_end|>", 1), new("\n", 0)]);
        var prompt = tokenizer.Encode("<|im_start|>assistant\n");
        Assert.Equal(prompt, ids[..prompt.Length]);
        Assert.Equal(prompt.Length, Array.IndexOf(weights, 1));
        Assert.Equal(end, ids[^2]);
        Assert.Equal(0, weights[^1]);
    }

    [Theory]
    [InlineData("Hello<|im_end|>", 0, true)]
    [InlineData("Hello<|im_end|>\n", 0, true)]
    [InlineData("Hello", 0, false)]
    [InlineData("<|im_end|>\nHello\n", 0, false)]
    [InlineData("Hello<|im_end|>\n", 4, true)]
    public void An_answer_has_an_end_when_its_end_token_comes_last_but_for_white_space(string learned, int cut, bool hasEnd)
    {
        var tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/qwen2.5"));
        var encoder = new SegmentTokenizer(tokenizer, [tokenizer.IdOf("<|im_end|>")!.Value]);
        var (ids, weights, turns) = encoder.Encode([new("<|im_start|>user\nHi<|im_end|>\n", 0), new(learned, 1)]);
        Assert.Equal(hasEnd ? TurnEnd.Learned : TurnEnd.Missing, encoder.EndOf(turns.Single(), ids.AsSpan(cut), weights.AsSpan(cut), cut));
    }

    [Fact]
    public void Truncation_takes_the_end_of_an_answer_or_all_of_it()
    {
        var tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/qwen2.5"));
        var encoder = new SegmentTokenizer(tokenizer, [tokenizer.IdOf("<|im_end|>")!.Value]);
        var (ids, weights, turns) = encoder.Encode([new("Hi", 0), new("Hello<|im_end|>", 1), new("Hi", 0), new("Hello<|im_end|>", 1)]);
        Assert.Equal(6, ids.Length);
        Assert.Equal([TurnEnd.Learned, TurnEnd.Cut], turns.Select(t => encoder.EndOf(t, ids.AsSpan(..5), weights.AsSpan(..5), 0)));
        Assert.Equal([TurnEnd.Learned, TurnEnd.Gone], turns.Select(t => encoder.EndOf(t, ids.AsSpan(..4), weights.AsSpan(..4), 0)));
        Assert.Equal([TurnEnd.Gone, TurnEnd.Learned], turns.Select(t => encoder.EndOf(t, ids.AsSpan(3..), weights.AsSpan(3..), 3)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_prefix_space_stands_before_the_whole_text_alone(bool addsPrefixSpace)
    {
        var folder = Directory.CreateTempSubdirectory("hone-prefix-").FullName;
        var source = File.ReadAllText(SharedData.PathOf("tokenizers/qwen2.5/tokenizer.json"));
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"),
            addsPrefixSpace ? source.Replace("\"add_prefix_space\": false", "\"add_prefix_space\": true", StringComparison.Ordinal) : source);
        var tokenizer = Tokenizer.Load(folder);
        Assert.Equal(addsPrefixSpace, tokenizer.TokenOf(tokenizer.Encode("a")[0]) == "Ġa");
        var (ids, _, _) = new SegmentTokenizer(tokenizer, []).Encode([new("one ", 0), new("two", 1)]);
        Assert.Equal(addsPrefixSpace ? tokenizer.Encode("one two") : [.. tokenizer.Encode("one "), .. tokenizer.Encode("two")], ids);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Rows_of_ids_need_no_tokenizer()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("hone-data-").FullName, "rows.jsonl");
        File.WriteAllText(path, "{\"input_ids\": [5, 6, 7]}\n{\"input_ids\": [5, 600]}\n{\"text\": \"a\"}\n");
        var data = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 100 }).Load([(path, null)], cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([5, 6, 7], data.Samples.Single().Ids);
        Assert.Equal(["input_ids[1] is 600, the vocabulary has 100 tokens", "the model folder has no tokenizer, so only rows with input_ids can be read"],
            data.Report.Rejected.First.Select(r => r.Reason));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Theory]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, {\"role\": \"assistant\", \"content\": \"b\"}]}", "a", "b")]
    [InlineData("{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}]}", "a", null)]
    [InlineData("{\"query\": \"a\"}", "a", null)]
    [InlineData("{\"query\": \"a\", \"response\": \"b\"}", "a", "b")]
    [InlineData("{\"instruction\": \"a\", \"input\": \"c\", \"output\": \"b\"}", "a\nc", "b")]
    [InlineData("{\"instruction\": \"a\", \"input\": \"c\"}", "a\nc", null)]
    [InlineData("{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"b\"}]}", "a", "b")]
    public void A_row_becomes_a_question_and_its_reference(string row, string question, string? reference)
    {
        using var json = System.Text.Json.JsonDocument.Parse(row);
        var prompt = PromptRow.Parse(json.RootElement, out var error);
        Assert.Null(error);
        Assert.Equal(question, (string?)prompt!.Messages[^1]!["content"]);
        Assert.Equal(reference, prompt.Reference);
    }

    [Theory]
    [InlineData("{\"messages\": [{\"role\": \"assistant\", \"content\": \"b\"}]}", "asks nothing")]
    [InlineData("{\"text\": \"b\"}", "no conversation")]
    [InlineData("{\"input_ids\": [1]}", "no conversation")]
    [InlineData("{\"colour\": 1}", "no known columns")]
    [InlineData("3", "must be a JSON object")]
    public void A_row_that_asks_nothing_is_refused(string row, string message)
    {
        using var json = System.Text.Json.JsonDocument.Parse(row);
        Assert.Null(PromptRow.Parse(json.RootElement, out var error));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    /// <summary>SentencePiece's model and the configuration, without tokenizer.json.</summary>
    private static string WithModelOnly(string folder, TemporaryFolder copy)
    {
        foreach (var name in (string[])["tokenizer.model", "tokenizer_config.json"]) File.Copy(Path.Combine(folder, name), copy.PathOf(name));
        return copy.Path;
    }

    private static List<int[]> LearnedRuns(int[] ids, float[] weights)
    {
        var runs = new List<int[]>();
        for (var i = 0; i < ids.Length;)
        {
            var end = i;
            while (end < ids.Length && weights[end] > 0) end++;
            if (end > i) runs.Add(ids[i..end]);
            i = Math.Max(end, i + 1);
        }

        return runs;
    }
}

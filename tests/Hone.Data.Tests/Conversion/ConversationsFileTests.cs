using System.Text.Json.Nodes;
using Hone.Data.Conversion;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Testing;

namespace Hone.Data.Tests.Conversion;

public sealed class ConversationsFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Alpaca_rows_are_worded_as_the_guide_words_them()
    {
        var input = folder.Write("alpaca.json", """
            [{"instruction": "Sort.", "input": "2 1", "output": "1 2"},
             {"instruction": "说\"你好\"。", "input": "", "output": "你好\n"},
             {"instruction": "Go on.", "output": "On.", "system": "Be short.", "history": [["Hi", "Hello"]]}]
            """);
        var output = folder.PathOf("out.json");
        var report = ConversationsFile.Write(output, RowSources.Of(input), new DatasetOptions(), alpacaPrompt: true, strict: true);
        Assert.Equal(3, report.Rows);
        const string Expected = """
            [
              {
                "id": "1",
                "conversations": [
                  {
                    "from": "human",
                    "value": "Below is an instruction that describes a task, paired with an input that provides further context. Write a response that appropriately completes the request.\n\n### Instruction:\nSort.\n\n### Input:\n2 1\n\n### Response:"
                  },
                  {
                    "from": "gpt",
                    "value": "1 2"
                  }
                ]
              },
              {
                "id": "2",
                "conversations": [
                  {
                    "from": "human",
                    "value": "Below is an instruction that describes a task. Write a response that appropriately completes the request.\n\n### Instruction:\n说\"你好\"。\n\n### Response:"
                  },
                  {
                    "from": "gpt",
                    "value": "你好\n"
                  }
                ]
              },
            """;
        var text = File.ReadAllText(output);
        Assert.StartsWith(Expected, text, StringComparison.Ordinal);
        var last = JsonNode.Parse(text)![2]!["conversations"]!.AsArray();
        Assert.Equal(["system: Be short.", "human: Hi", "gpt: Hello"], last.Take(3).Select(m => $"{m!["from"]}: {m["value"]}"));
        Assert.EndsWith("### Instruction:\nGo on.\n\n### Response:", (string?)last[3]!["value"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("alpaca_zh_demo.json")]
    [InlineData("identity.json")]
    [InlineData("sharegpt_dummy_conversation.json")]
    [InlineData("glaive_toolcall_en_demo.json")]
    [InlineData("reason_tool_use_demo_50.jsonl")]
    public void The_file_holds_the_same_conversations(string name)
    {
        var path = SharedData.PathOf("datasets/" + name);
        var original = DataFiles.Read(path).Select(r => RowSchema.Parse(r.Json, out _)).OfType<Conversation>().ToList();
        Assert.NotEmpty(original);
        foreach (var output in (string[])[folder.PathOf("out.json"), folder.PathOf("out.jsonl")])
        {
            var report = ConversationsFile.Write(output, RowSources.Of(path), new DatasetOptions(), alpacaPrompt: false, strict: false);
            Assert.Equal(original.Count, report.Rows - report.Rejected.Count);
            var converted = DataFiles.Read(output).Select(r => Assert.IsType<Conversation>(RowSchema.Parse(r.Json, out _))).ToList();
            Assert.Equal(original.Count, converted.Count);
            foreach (var (a, b) in original.Zip(converted))
            {
                Assert.True(JsonNode.DeepEquals(a.Messages, b.Messages), $"{a.Messages.ToJsonString()}\n{b.Messages.ToJsonString()}");
                Assert.True(JsonNode.DeepEquals(a.Tools, b.Tools));
                Assert.Equal(a.Weights, b.Weights);
            }
        }
    }

    [Fact]
    public void Weights_of_messages_are_kept()
    {
        var input = folder.Write("in.jsonl", """{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b","loss":false},{"role":"user","content":"c"},{"role":"assistant","content":"d","loss_scale":0.5}]}""");
        var output = folder.PathOf("out.jsonl");
        ConversationsFile.Write(output, RowSources.Of(input), new DatasetOptions(), alpacaPrompt: true, strict: true);
        var row = Assert.IsType<Conversation>(RowSchema.Parse(DataFiles.Read(output).Single().Json, out _));
        Assert.Equal([null, 0f, null, 0.5f], row.Weights);
    }

    [Fact]
    public void A_row_that_is_no_conversation_is_named_or_left_out()
    {
        var input = folder.Write("in.jsonl", "{\"text\": \"plain\"}\n{\"query\": \"a\", \"response\": \"b\"}\n{\"query\": 3, \"response\": \"b\"}\n");
        var output = folder.PathOf("out.json");
        var error = Assert.Throws<HoneException>(() => ConversationsFile.Write(output, RowSources.Of(input), new DatasetOptions(), alpacaPrompt: true, strict: true));
        Assert.Equal($"{input}:1", error.Where);
        Assert.Equal([input], Directory.GetFiles(folder.Path));
        var report = ConversationsFile.Write(output, RowSources.Of(input), new DatasetOptions(), alpacaPrompt: true, strict: false);
        Assert.Equal([1, 3], report.Rejected.First.Select(r => r.Location.Row));
        Assert.Single(JsonNode.Parse(File.ReadAllText(output))!.AsArray());
    }
}

using System.Text.Json;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Testing;

namespace Hone.Data.Tests.Schemas;

public class RowSchemaTests
{
    [Theory]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"r\"}]}", "user:q|assistant:r")]
    [InlineData("{\"conversations\":[{\"from\":\"human\",\"value\":\"q\"},{\"from\":\"gpt\",\"value\":\"r\"}],\"system\":\"s\"}", "system:s|user:q|assistant:r")]
    [InlineData("{\"query\":\"q\",\"response\":\"r\"}", "user:q|assistant:r")]
    [InlineData("{\"system\":\"s\",\"query\":\"q\",\"response\":\"r\",\"history\":[[\"a\",\"b\"]]}", "system:s|user:a|assistant:b|user:q|assistant:r")]
    [InlineData("{\"instruction\":\"i\",\"input\":\"\",\"output\":\"o\"}", "user:i|assistant:o")]
    [InlineData("{\"instruction\":\"i\",\"input\":\"n\",\"output\":\"o\"}", "user:i\nn|assistant:o")]
    [InlineData("{\"instruction\":\"i\",\"input\":\"n\",\"response\":\"o\"}", "user:i\nn|assistant:o")]
    [InlineData("{\"instruction\":\"i\",\"answer\":\"o\",\"system_prompt\":\"s\"}", "system:s|user:i|assistant:o")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"system_prompt\":\"s\"}", "system:s|user:q")]
    [InlineData("{\"messages\":[{\"role\":\"system\",\"content\":\"s\"}],\"system\":\"s\"}", "system:s")]
    [InlineData("{\"question\":\"q\",\"answer\":\"r\"}", "user:q|assistant:r")]
    [InlineData("{\"prompt\":\"q\",\"completion\":\"r\"}", "user:q|assistant:r")]
    public void Conversations_are_recognised_in_each_form(string json, string expected)
    {
        var conversation = Assert.IsType<Conversation>(Parse(json, out var error));
        Assert.Null(error);
        Assert.Equal(expected, string.Join('|', conversation.Messages.Select(m => $"{m!["role"]}:{m["content"]}")));
    }

    [Fact]
    public void A_message_can_say_how_much_it_is_learned()
    {
        var c = Assert.IsType<Conversation>(Parse(
            "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"content\":\"r\",\"loss\":false},{\"role\":\"assistant\",\"content\":\"r\",\"loss_scale\":0.5}]}", out _));
        Assert.Equal([null, 0f, 0.5f], c.Weights);
    }

    [Fact]
    public void Tokens_come_with_labels_that_are_themselves_or_nothing()
    {
        var row = Assert.IsType<Pretokenized>(Parse("{\"input_ids\":[5,6,7],\"labels\":[-100,6,7]}", out _));
        Assert.Equal([5, 6, 7], row.Ids);
        Assert.Equal([0f, 1f, 1f], row.LossWeights);
        Assert.Equal("labels[1] is 8: a label must be its input id (6) or -100", Error("{\"input_ids\":[5,6],\"labels\":[-100,8]}"));
    }

    [Fact]
    public void Padding_that_the_attention_mask_hides_is_taken_out()
    {
        var row = Assert.IsType<Pretokenized>(Parse("{\"input_ids\":[0,5,6,0],\"attention_mask\":[0,1,1,0]}", out _));
        Assert.Equal([5, 6], row.Ids);
        Assert.Equal([1f, 1f], row.LossWeights);
        row = Assert.IsType<Pretokenized>(Parse("{\"input_ids\":[0,5,6],\"attention_mask\":[0,1,1],\"labels\":[-100,-100,6]}", out _));
        Assert.Equal([0f, 1f], row.LossWeights);
    }

    [Fact]
    public void A_question_and_its_answer_can_come_with_tools()
    {
        var c = Assert.IsType<Conversation>(Parse("{\"query\":\"q\",\"response\":\"r\",\"tools\":[{\"name\":\"t\"}]}", out _));
        Assert.Equal("{\"type\":\"function\",\"function\":{\"name\":\"t\"}}", c.Tools![0]!.ToJsonString());
    }

    [Theory]
    [InlineData("{\"instruction\":\"i\",\"query\":\"q\",\"response\":\"r\"}", "both 'instruction' and 'query'")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"system\":1}", "'system' must be a text, this is a number")]
    [InlineData("{\"messages\":[{\"role\":\"system\",\"content\":\"t\"}],\"system\":\"s\"}", "a different system message")]
    [InlineData("{\"messages\":[{\"role\":\"user\",\"content\":\"q\",\"loss_scale\":\"1\"}]}", "'loss_scale' must be a number, this is a text")]
    [InlineData("{\"input_ids\":[5,6],\"attention_mask\":[1]}", "2 input_ids with 1 values of attention_mask")]
    [InlineData("{\"input_ids\":[5,6],\"attention_mask\":[0,0]}", "hides every token")]
    [InlineData("[1]", "must be a JSON object")]
    [InlineData("{\"foo\":1}", "no known columns among: foo")]
    [InlineData("{\"messages\":[]}", "is empty")]
    [InlineData("{\"messages\":[{\"role\":\"user\"}]}", "message 1 (user) has no text")]
    [InlineData("{\"messages\":[{\"role\":\"boss\",\"content\":\"x\"}]}", "unknown role 'boss'")]
    [InlineData("{\"query\":1,\"response\":\"r\"}", "'query' must be a text, this is a number")]
    [InlineData("{\"query\":\"q\",\"response\":\"r\",\"history\":[[\"a\"]]}", "must be [question, answer]")]
    [InlineData("{\"query\":\"q\",\"response\":\"r\",\"images\":[\"a.png\"]}", "not supported")]
    [InlineData("{\"query\":\"\\ud800\",\"response\":\"r\"}", "not valid Unicode")]
    public void What_is_wrong_with_a_row_is_said(string json, string reason) => Assert.Contains(reason, Error(json), StringComparison.Ordinal);

    [Theory]
    [InlineData("alpaca_5k.json", 5000)]
    [InlineData("alpaca_zh_demo.json", 1000)]
    [InlineData("identity.json", 91)]
    [InlineData("sharegpt_dummy_conversation.json", 500)]
    [InlineData("c4_demo.jsonl", 300)]
    [InlineData("format_samples/swift_single.jsonl", 3)]
    [InlineData("format_samples/swift_multi.jsonl", 3)]
    [InlineData("format_samples/chatml.jsonl", 3)]
    public void Real_files_are_read_whole(string file, int expected)
    {
        var rows = DataFiles.Read(SharedData.PathOf("datasets/" + file)).ToList();
        Assert.All(rows, r => Assert.Null(r.Error));
        foreach (var row in rows)
        {
            Assert.NotNull(RowSchema.Parse(row.Json, out var error));
            Assert.Null(error);
        }

        Assert.Equal(expected, rows.Count);
    }

    private static RowContent? Parse(string json, out string? error) => RowSchema.Parse(JsonDocument.Parse(json).RootElement.Clone(), out error);

    private static string? Error(string json)
    {
        Assert.Null(Parse(json, out var error));
        return error;
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Hone.Data.Rendering;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Rendering;

public sealed class TokenRolesTests
{
    private static readonly string[] s_texts =
        ["You are terse. ", "What is 2 + 2?", "  4", "你好，你是谁？🙂", "我是小黄。", "line\n\nline\t.", "a café, decomposed: cafe\u0301", "<s> </s> [INST]", "x"];

    /// <summary>Whatever kind of tokenizer: the tokens of a role decode to what it said.</summary>
    [Theory]
    [InlineData("qwen2.5", "qwen2.5.jinja")]
    [InlineData("llama3", "llama3.1-instruct.jinja")]
    [InlineData("llama2", "llama-2-chat.jinja")]
    [InlineData("mistral-v0.1", "zephyr.jinja")]
    [InlineData("deepseek-coder", "qwen2.5.jinja")]
    [InlineData("yi", "qwen2.5.jinja")]
    public void Tokens_of_a_role_spell_its_texts(string tokenizerName, string templateName)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizerName);
        var tokenizer = Tokenizer.Load(folder);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/" + templateName), folder);
        var messages = new JsonArray();
        foreach (var text in s_texts)
            messages.Add((JsonNode)new JsonObject { ["role"] = messages.Count == 0 ? "system" : messages.Count % 2 == 1 ? "user" : "assistant", ["content"] = text });
        var segments = new SegmentRenderer(template, []).Render(new Conversation(messages, new float?[messages.Count]));

        var row = new SegmentTokenizer(tokenizer, tokenizer.StopIds([])).Encode(segments);

        Assert.Equal(row.Ids.Length, row.Roles.Length);
        foreach (var group in segments.GroupBy(s => s.Role))
        {
            // What a tokenizer makes of a text may be another form of the same characters.
            var expected = group.SelectMany(s => tokenizer.Encode(s.Text));
            var actual = row.Ids.Where((_, i) => row.Roles[i] == group.Key);
            Assert.Equal(Spelled(tokenizer, expected), Spelled(tokenizer, actual));
        }
    }

    [Theory]
    [InlineData("qwen2.5")]
    [InlineData("llama2")]
    public void A_token_across_a_border_belongs_to_what_follows(string tokenizerName)
    {
        var tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/" + tokenizerName));
        Segment[] stretches = [new("one tw", 0, false, SegmentRole.User), new("o", 0, true, SegmentRole.Template), new("", 0, true, SegmentRole.Tool), new(" three", 0, true, SegmentRole.System)];
        var row = new SegmentTokenizer(tokenizer, []).Encode(stretches);
        Assert.Equal(tokenizer.Encode("one two three"), row.Ids);
        Assert.Equal([SegmentRole.User, SegmentRole.Template, SegmentRole.System], row.Roles);
    }

    /// <summary>Without spaces, which may belong to the token of either side, and which some tokenizers put in front.</summary>
    private static string Spelled(Tokenizer tokenizer, IEnumerable<int> ids)
    {
        var bytes = new List<byte>();
        foreach (var id in ids) bytes.AddRange(tokenizer.SpellingOf(id));
        return Encoding.UTF8.GetString([.. bytes]).Replace(" ", "", StringComparison.Ordinal);
    }
}

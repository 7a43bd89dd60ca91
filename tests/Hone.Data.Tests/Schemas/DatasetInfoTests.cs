using System.Text.Json;
using Hone.Data.Schemas;
using Hone.Testing;

namespace Hone.Data.Tests.Schemas;

public sealed class DatasetInfoTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void LLaMA_Factory_names_its_own_columns_and_roles()
    {
        Describe("""{"mine":{"file_name":"a.jsonl","formatting":"alpaca","columns":{"prompt":"frage","query":"dazu","response":"antwort","system":"lage"}}}""");
        Assert.Equal("system:s|user:q\nx|assistant:r", Read("a.jsonl", """{"frage":"q","dazu":"x","antwort":"r","lage":"s"}"""));
        Assert.Equal("user:q|assistant:r", Read("b.jsonl", """{"query":"q","response":"r"}"""));
    }

    [Fact]
    public void Tags_name_keys_and_every_role()
    {
        Describe("""
            {"mine":{"file_name":"data","formatting":"sharegpt","columns":{"messages":"chat"},"tags":{"role_tag":"who","content_tag":"what","user_tag":"u","assistant_tag":"a",
            "observation_tag":"o","function_tag":"f","system_tag":"s"}}}
            """);
        Assert.Equal("system:S|user:q|assistant:+f|tool:x|assistant:r", Read("data/part-1.jsonl",
            """{"chat":[{"who":"s","what":"S"},{"who":"u","what":"q"},{"who":"f","what":"{\"name\":\"f\"}"},{"who":"o","what":"x"},{"who":"a","what":"r"}]}"""));
    }

    [Fact]
    public void Ms_swift_names_columns_the_other_way_round()
    {
        Describe("""[{"ms_dataset_id":"other"},{"dataset_path":"a.jsonl","columns":{"frage":"query","antwort":"response"}}]""");
        Assert.Equal("user:q|assistant:r", Read("a.jsonl", """{"frage":"q","antwort":"r"}"""));
    }

    [Fact]
    public void Columns_given_by_hand_go_first()
    {
        Describe("""{"mine":{"file_name":"a.jsonl","columns":{"response":"kurz"}}}""");
        var info = new DatasetInfo(new Dictionary<string, string> { ["lang"] = "output" }, null);
        var row = JsonDocument.Parse("""{"instruction":"q","kurz":"x","lang":"y"}""").RootElement;
        var conversation = Assert.IsType<Conversation>(RowSchema.Parse(row, info.Of(folder.PathOf("a.jsonl")), out _));
        Assert.Equal("y", (string?)conversation.Messages[^1]!["content"]);
        Assert.Equal(["kurz"], conversation.UnusedColumns);
    }

    [Fact]
    public void A_description_elsewhere_is_read_when_it_is_named()
    {
        var file = folder.PathOf("mine.json");
        File.WriteAllText(file, """{"mine":{"file_name":"a.jsonl","columns":{"prompt":"frage","response":"antwort"}}}""");
        var mapping = new DatasetInfo(new Dictionary<string, string>(), file).Of(folder.PathOf("a.jsonl"));
        Assert.Equal("instruction", mapping.Columns["frage"]);
    }

    [Theory]
    [InlineData("""{"mine":{"file_name":"a.jsonl","formatting":"poem"}}""", "unknown formatting 'poem'")]
    [InlineData("""{"mine":{"file_name":"a.jsonl","tags":{"boss_tag":"x"}}}""", "unknown tag 'boss_tag'")]
    [InlineData("""{"mine":{"file_name":"a.jsonl","columns":{"prompt":3}}}""", "'prompt' in 'columns' of 'mine' must be a text")]
    [InlineData("""{"one":{"file_name":"a.jsonl"},"two":{"file_name":"a.jsonl","columns":{"prompt":"x"}}}""", "'one' and 'two' describe the same file differently")]
    [InlineData("""{"mine":""", "can't be used")]
    public void A_wrong_description_is_an_error_of_its_own(string text, string message)
    {
        Describe(text);
        var e = Assert.Throws<HoneException>(() => Read("a.jsonl", "{}"));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Equal(folder.PathOf("dataset_info.json"), e.Where);
    }

    [Fact]
    public void Preference_data_is_refused_row_by_row()
    {
        Describe("""{"mine":{"file_name":"a.jsonl","ranking":true}}""");
        var row = JsonDocument.Parse("""{"query":"q","response":"r"}""").RootElement;
        Assert.Null(RowSchema.Parse(row, new DatasetInfo(new Dictionary<string, string>(), null).Of(folder.PathOf("a.jsonl")), out var error));
        Assert.Contains("preference data (ranking)", error, StringComparison.Ordinal);
    }

    private void Describe(string text) => File.WriteAllText(folder.PathOf("dataset_info.json"), text);

    private string Read(string file, string json)
    {
        var row = JsonDocument.Parse(json).RootElement;
        var content = RowSchema.Parse(row, new DatasetInfo(new Dictionary<string, string>(), null).Of(folder.PathOf(file)), out var error);
        Assert.Null(error);
        var conversation = Assert.IsType<Conversation>(content);
        return string.Join('|', conversation.Messages.Select(m => $"{m!["role"]}:{m["content"]}{(m["tool_calls"] is { } calls ? "+" + calls[0]!["function"]!["name"] : "")}"));
    }
}

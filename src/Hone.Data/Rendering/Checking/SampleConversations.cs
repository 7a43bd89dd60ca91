using System.Text.Json.Nodes;

namespace Hone.Data.Rendering;

/// <summary>Conversations that a template is tried on: what data sets hold, and what templates are known to stumble over.</summary>
public static class SampleConversations
{
    private const int LongRounds = 40;

    /// <summary>Their names and what is said in them.</summary>
    public static IReadOnlyList<(string Name, Conversation Conversation)> All { get; } =
    [
        ("one turn", Of(User("What is the capital of France?"), Assistant("Paris."))),
        ("system", Of(System("You are brief."), User("Hello"), Assistant("Hello, how can I help?"))),
        ("empty system", Of(System(""), User("Hello"), Assistant("Hello, how can I help?"))),
        ("several turns", Of(User("Count."), Assistant("One."), User("And?"), Assistant("Two."), User("And?"), Assistant("Three."))),
        ("system, several turns", Of(System("You count."), User("Count."), Assistant("One."), User("And?"), Assistant("Two."))),
        ("Chinese", Of(System("你是一个乐于助人的助手。"), User("你好，你是谁？"), Assistant("我是小黄，很高兴见到你。"), User("谢谢！🙂"), Assistant("不客气。"))),
        ("white space", Of(User("  Two spaces before, a line feed behind.\n"), Assistant("\n  As here.  \n"), User("\tTab"), Assistant(" x "))),
        ("code", Of(User("Write f."), Assistant("```python\ndef f(x):\n    return {\"a\": x}  # <b>\n```"), User("Thanks"), Assistant("You're welcome."))),
        ("marks as text", Of(User("What do <|im_end|>, </s>, [/INST] and {{ x }} mean?"), Assistant("They are marks."), User("Thanks"), Assistant("Sure."))),
        ("thoughts", Of(User("What is 17 + 25?"), Assistant("42.", thoughts: "17 + 25 = 42."))),
        ("thoughts, several turns", Of(User("17 + 25?"), Assistant("42.", thoughts: "Add them."), User("Twice that?"), Assistant("84.", thoughts: "42 · 2 = 84."))),
        ("tools", Of(User("Who are you?"), Assistant("A helper.")) with { Tools = Tools() }),
        ("tool call", Of(User("Rain in Kiel?"), Calls("find_rain", """{"place": "Kiel"}"""), Tool("2 mm"), Assistant("A little."), User("Thanks"), Assistant("Sure.")) with { Tools = Tools() }),
        ("two tool calls", Of(User("Rain in Kiel and Köln?"), Calls("find_rain", """{"place": "Kiel"}""", """{"place": "Köln"}"""), Tool("2 mm"), Tool("none"), Assistant("Kiel only.")) with { Tools = Tools() }),
        ("long", Of([.. Enumerable.Range(0, LongRounds).SelectMany(Round)])),
    ];

    private static Conversation Of(params JsonObject[] messages) => new(new JsonArray([.. messages]), new float?[messages.Length]) { Form = "messages" };

    private static JsonObject[] Round(int i) =>
    [
        User($"Question {i}: " + string.Concat(Enumerable.Repeat("what, then, is this? ", i % 7))),
        Assistant($"Answer {i}. " + string.Concat(Enumerable.Repeat("It is so, and 那样也是. ", i % 11)) + "Done."),
    ];

    private static JsonObject System(string text) => Message("system", text);

    private static JsonObject User(string text) => Message("user", text);

    private static JsonObject Tool(string text) => Message("tool", text);

    private static JsonObject Assistant(string text, string? thoughts = null)
    {
        var message = Message("assistant", text);
        if (thoughts is not null) message["reasoning_content"] = thoughts;
        return message;
    }

    private static JsonObject Calls(string name, params string[] arguments)
    {
        var message = Message("assistant", "");
        message["tool_calls"] = new JsonArray([.. arguments.Select((a, i) => (JsonNode)new JsonObject
        {
            ["id"] = $"call0000{i}",
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = name, ["arguments"] = JsonNode.Parse(a) },
        })]);
        return message;
    }

    private static JsonObject Message(string role, string text) => new() { ["role"] = role, ["content"] = text };

    private static JsonArray Tools() => JsonNode.Parse("""
        [{"type": "function", "function": {"name": "find_rain", "description": "Rain in a place, in mm",
          "parameters": {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}}}]
        """)!.AsArray();
}

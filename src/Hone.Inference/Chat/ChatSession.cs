using System.Text;
using System.Text.Json.Nodes;

namespace Hone.Inference;

/// <summary>An answer as text.</summary>
/// <param name="Text">The answer without its end token.</param>
/// <param name="Tokens">Tokens generated, the end token included.</param>
/// <param name="Reason">Why it ended.</param>
public sealed record ChatAnswer(string Text, int Tokens, StopReason Reason);

/// <summary>One conversation. Each turn only pays for what is new.</summary>
public sealed class ChatSession : IDisposable
{
    private readonly ChatModel model;
    private readonly GenerationOptions options;
    private readonly string? system;
    private readonly int capacity;
    private readonly TextGenerator generator;

    internal ChatSession(ChatModel model, GenerationOptions options, string? system, int capacity)
    {
        this.model = model;
        this.options = options.StopIds.Count > 0 ? options : options with { StopIds = model.StopIds };
        this.system = system;
        this.capacity = capacity;
        generator = new TextGenerator(model.Decoder, capacity);
        Reset();
    }

    /// <summary>Messages so far, as the template sees them.</summary>
    public JsonArray Messages { get; private set; } = [];

    /// <summary>Starts over.</summary>
    public void Reset()
    {
        Messages = [];
        if (system is not null) Add("system", system);
    }

    /// <summary>Asks, and adds question and answer to the conversation.</summary>
    /// <param name="question">What the user says.</param>
    /// <param name="onText">Called with each new piece of text; a character is never split.</param>
    /// <param name="cancellation">Ends the answer early; what came so far stays in the conversation.</param>
    public ChatAnswer Ask(string question, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        Add("user", question);
        var answer = Continue(onText, cancellation);
        Add("assistant", answer.Text);
        return answer;
    }

    /// <summary>Answers the messages of a row instead of this conversation's own.</summary>
    public ChatAnswer Answer(JsonArray messages, CancellationToken cancellation = default)
    {
        Messages = (JsonArray)messages.DeepClone();
        if (system is not null && (Messages.Count == 0 || (string?)Messages[0]!["role"] != "system"))
            Messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
        return Continue(null, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();

    private void Add(string role, string content) => Messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });

    private ChatAnswer Continue(Action<string>? onText, CancellationToken cancellation)
    {
        var prompt = model.Prompt(Messages);
        if (prompt.Length >= capacity)
        {
            throw new HoneException(ExitCode.Usage, $"The conversation has {prompt.Length} tokens, the context holds {capacity}.", null,
                "Start over, or shorten the messages.");
        }

        var decoder = model.Tokenizer.CreateStreamingDecoder();
        var text = new StringBuilder();
        var result = generator.Generate(prompt, options, id =>
        {
            if (!options.StopIds.Contains(id)) Emit(decoder.Append(id));
        }, cancellation);
        Emit(decoder.Flush());
        return new ChatAnswer(text.ToString(), result.Tokens.Count, result.Reason);

        void Emit(string piece)
        {
            if (piece.Length == 0) return;
            text.Append(piece);
            onText?.Invoke(piece);
        }
    }
}

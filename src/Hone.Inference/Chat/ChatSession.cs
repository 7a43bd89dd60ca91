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

    internal ChatSession(ChatModel model, GenerationOptions options, string? system, int capacity, Func<long, long>? freeBytes)
    {
        this.model = model;
        this.options = options.StopIds.Count > 0 ? options : options with { StopIds = model.StopIds };
        this.system = system;
        this.capacity = capacity;
        generator = new TextGenerator(model.Decoder, capacity, freeBytes);
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

    /// <summary>Asks, and adds question and answer to the conversation. When it fails, the conversation stays as it was.</summary>
    /// <param name="question">What the user says.</param>
    /// <param name="onText">Called with each new piece of text; a character is never split.</param>
    /// <param name="cancellation">Ends the answer early; what came so far stays in the conversation.</param>
    /// <exception cref="HoneException">The template refuses the conversation, or it has no room in the context or in memory.</exception>
    public ChatAnswer Ask(string question, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        Add("user", question);
        try
        {
            var answer = Continue(model.Prompt(Messages), 0, onText, cancellation);
            Add("assistant", answer.Text);
            return answer;
        }
        catch
        {
            Messages.RemoveAt(Messages.Count - 1);
            throw;
        }
    }

    /// <summary>Answers the messages of a row instead of this conversation's own.</summary>
    /// <param name="messages">The row's messages; a system message is put in front when they have none.</param>
    /// <param name="tools">Tool descriptions, or null.</param>
    /// <param name="variables">Further variables for the template, or null.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public ChatAnswer Answer(JsonArray messages, JsonArray? tools = null, IReadOnlyDictionary<string, JsonNode?>? variables = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        Messages = (JsonArray)messages.DeepClone();
        if (system is not null && (Messages.Count == 0 || (string?)Messages[0]!["role"] != "system"))
            Messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
        return Continue(model.Prompt(Messages, tools, variables), 0, null, cancellation);
    }

    /// <summary>Continues a text as it stands, without chat template: what a base model does.</summary>
    /// <param name="text">The text, which may be empty.</param>
    /// <param name="onText">Called with each new piece of text.</param>
    /// <param name="cancellation">Ends the answer early.</param>
    public ChatAnswer Complete(string text, Action<string>? onText = null, CancellationToken cancellation = default)
    {
        var prompt = model.Tokenizer.Encode(text, addSpecialTokens: true);
        if (prompt.Length == 0) throw new HoneException(ExitCode.Usage, "There is no text to continue.", null, "Give at least one word.");
        return Continue(prompt, prompt.Length, onText, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => generator.Dispose();

    private void Add(string role, string content) => Messages.Add((JsonNode)new JsonObject { ["role"] = role, ["content"] = content });

    /// <param name="prompt">What stands before the answer.</param>
    /// <param name="spoken">Leading tokens whose text the answer continues: decoding depends on what went before.</param>
    private ChatAnswer Continue(int[] prompt, int spoken, Action<string>? onText, CancellationToken cancellation)
    {
        if (prompt.Length >= capacity)
        {
            throw new HoneException(ExitCode.Usage, $"The conversation has {prompt.Length} tokens, the context holds {capacity}.", null,
                "Shorten the messages, raise max_length as far as the model goes, or start over (/clear in a chat).");
        }

        var decoder = model.Tokenizer.CreateStreamingDecoder();
        var before = 0;
        foreach (var id in prompt.AsSpan(0, spoken)) before += decoder.Append(id).Length;
        // The decoder may still hold the last bytes of the prompt; they are no part of the answer.
        var held = spoken == 0 ? 0 : model.Tokenizer.Decode(prompt.AsSpan(0, spoken)).Length - before;
        var scanner = new StopWordScanner(options.StopWords);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var text = new StringBuilder();
        var result = generator.Generate(prompt, options, id =>
        {
            if (!options.StopIds.Contains(id)) Emit(scanner.Append(WithoutHeld(decoder.Append(id))));
            if (scanner.IsStopped) stop.Cancel();
        }, stop.Token);
        Emit(scanner.Append(WithoutHeld(decoder.Flush())));
        Emit(scanner.Flush());
        return new ChatAnswer(text.ToString(), result.Tokens.Count, scanner.IsStopped ? StopReason.StopWord : result.Reason);

        string WithoutHeld(string piece)
        {
            var skipped = Math.Clamp(held, 0, piece.Length);
            held -= skipped;
            return piece[skipped..];
        }

        void Emit(string piece)
        {
            if (piece.Length == 0) return;
            text.Append(piece);
            onText?.Invoke(piece);
        }
    }
}

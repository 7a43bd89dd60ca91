using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>Rows with a question and an answer in columns of their own, and earlier rounds in <c>history</c>.</summary>
internal static class QuerySchema
{
    private static readonly string[] QueryKeys = ["query", "prompt", "input", "instruction", "question", "problem"];
    private static readonly string[] ResponseKeys =
        ["response", "answer", "output", "targets", "target", "answer_key", "answers", "solution", "completion"];

    /// <summary>These mean the answer only where nothing else does: many files keep a rendered copy of the row in them.</summary>
    private static readonly string[] WeakResponseKeys = ["text", "content"];

    /// <summary>The question's columns: Alpaca's instruction with its input, or one of the names that other tools give it.</summary>
    public static bool HasQuestion(RowColumns row) => QueryKeys.Any(row.Has);

    /// <summary>The answer's column, or null.</summary>
    public static string? Response(RowColumns row)
    {
        if (IsAlpaca(row) && row.Has("output") && !row.Has("response")) return "output";
        return row.OneOf(ResponseKeys, "answer") ?? WeakResponseKeys.FirstOrDefault(row.Has);
    }

    /// <summary>A question with its answer.</summary>
    public static Conversation Parse(RowColumns row, string response)
    {
        var (messages, form) = Question(row);
        messages.Add("assistant", row.TakeText(response));
        return RowSchema.ToConversation(row, messages) with { Form = $"{form} → {row.NameOf(response)}" };
    }

    /// <summary>The same without an answer.</summary>
    public static Conversation ParseQuestion(RowColumns row)
    {
        var (messages, form) = Question(row);
        return RowSchema.ToConversation(row, messages) with { Form = form };
    }

    private static bool IsAlpaca(RowColumns row) => row.Has("instruction");

    private static (MessageList Messages, string Form) Question(RowColumns row)
    {
        var (query, form) = IsAlpaca(row) ? AlpacaQuestion(row) : PlainQuestion(row);
        var messages = new MessageList(row.Mapping.Tags);
        if (row.TryTake("history", out var history)) AddHistory(messages, history);
        messages.Add("user", query);
        if (RowSchema.SystemText(row) is { Length: > 0 } system) messages.AddSystem(system);
        return (messages, form);
    }

    private static (string Query, string Form) PlainQuestion(RowColumns row)
    {
        var key = row.OneOf(QueryKeys, "question")!;
        return (row.TakeText(key), row.NameOf(key));
    }

    /// <summary>The instruction, and below it the input if there is one.</summary>
    private static (string Query, string Form) AlpacaQuestion(RowColumns row)
    {
        foreach (var other in (string[])["query", "prompt", "question", "problem"])
        {
            if (row.Has(other)) throw new RowFormatException($"the row has both 'instruction' and '{row.NameOf(other)}'; put the question into one of them, or say which is which with --columns");
        }

        var query = row.TakeText("instruction");
        if (!row.Has("input")) return (query, row.NameOf("instruction"));
        var text = row.TakeText("input");
        return (text.Length == 0 ? query : query.Length > 0 ? query + "\n" + text : text, $"{row.NameOf("instruction")} + {row.NameOf("input")}");
    }

    private static void AddHistory(MessageList messages, JsonElement history)
    {
        if (history.ValueKind == JsonValueKind.String)
        {
            if (string.IsNullOrWhiteSpace(history.GetString())) return;
            history = JsonNodes.Parse(history.GetString()!, "the text in 'history'");
        }

        if (history.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'history' must be a list of [question, answer] pairs, this is {RowSchema.Name(history.ValueKind)}");
        foreach (var round in history.EnumerateArray())
        {
            if (round.ValueKind != JsonValueKind.Array || round.GetArrayLength() != 2 || round.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String))
                throw new RowFormatException("each round of 'history' must be [question, answer], two texts");
            messages.Add("user", round[0].GetString()!);
            messages.Add("assistant", round[1].GetString()!);
        }
    }
}

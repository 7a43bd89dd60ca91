using System.Text.Json.Nodes;
using Hone.Data.Schemas;
using Hone.Data.Sources;

namespace Hone.Data.Rendering;

/// <summary>Finds the conversations among rows; other rows, and those that can't be read, are passed over.</summary>
public static class ConversationRows
{
    /// <summary>The conversations of a data set, in the order of its rows.</summary>
    /// <param name="source">The data set.</param>
    /// <param name="options">Names of columns, the system message, and what takes the place of <c>{{NAME}}</c> and <c>{{AUTHOR}}</c>, which may be missing.</param>
    /// <param name="mostRows">Rows to look at.</param>
    public static IEnumerable<(RowLocation Location, Conversation Conversation)> Of(RowSource source, DatasetOptions options, int mostRows = int.MaxValue)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(options);
        var named = options with
        {
            ModelName = options.ModelName.Count > 0 ? options.ModelName : ["NAME"],
            ModelAuthor = options.ModelAuthor.Count > 0 ? options.ModelAuthor : ["AUTHOR"],
        };
        var info = new DatasetInfo(options.Columns, options.DatasetInfo);
        source.Describe(info);
        foreach (var row in source.Read(options).Take(mostRows))
        {
            if (row.Error is null && RowSchema.Parse(row.Json, info.Of(row.Location.File), out _) is Conversation conversation)
                yield return (row.Location, WithSystem(Placeholders.Replace(conversation, named), options.System));
        }
    }

    private static Conversation WithSystem(Conversation conversation, string? system)
    {
        if (system is null || (string?)conversation.Messages[0]!["role"] is "system" or "developer") return conversation;
        var messages = (JsonArray)conversation.Messages.DeepClone();
        messages.Insert(0, new JsonObject { ["role"] = "system", ["content"] = system });
        return conversation with { Messages = messages, Weights = [null, .. conversation.Weights] };
    }
}

using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>How rows of a file name their columns and roles, where they don't use names that are known anyway.</summary>
public sealed record RowMapping
{
    /// <summary>Names that a column can be given; the right side of <see cref="ParseColumns"/>.</summary>
    private static readonly string[] KnownNames =
    [
        "messages", "system", "query", "response", "history", "instruction", "input", "output", "prompt", "completion", "text", "tools",
        "chat_template_kwargs", "channel", "loss_scale", "segments", "input_ids", "labels", "attention_mask", "label", "images", "videos", "audios",
    ];

    /// <summary>Nothing is named: columns are recognised by themselves.</summary>
    public static RowMapping None { get; } = new();

    /// <summary>The row's name of a column, and the name by which it is known here.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>Keys and roles inside messages.</summary>
    public MessageTags Tags { get; init; } = new();

    /// <summary>Why rows of this file can't be used at all, or null.</summary>
    public string? Refusal { get; init; }

    /// <summary>Reads <c>theirs=ours</c>, or a JSON object of such pairs as ms-swift takes it.</summary>
    /// <param name="texts">What was given.</param>
    /// <exception cref="HoneException">A pair can't be read, or its right side is no known column (exit code 2).</exception>
    public static IReadOnlyDictionary<string, string> ParseColumns(IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (theirs, ours) in texts.SelectMany(Pairs))
        {
            if (!KnownNames.Contains(ours))
            {
                throw new HoneException(ExitCode.Usage, $"columns maps '{theirs}' to '{ours}', which is no column known here", null,
                    Suggestion.Nearest(ours, KnownNames) is { } near ? $"did you mean {near}?" : "use one of " + string.Join(", ", KnownNames));
            }

            if (!columns.TryAdd(theirs, ours)) throw new HoneException(ExitCode.Usage, $"columns names '{theirs}' twice", null, "keep one of them");
        }

        if (columns.Values.GroupBy(c => c).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new HoneException(ExitCode.Usage, $"columns maps two columns to '{twice.Key}'", null, "keep one of them");
        return columns;
    }

    /// <summary>A mapping of columns, theirs first, and of tags as LLaMA-Factory calls them.</summary>
    /// <param name="name">The data set, for messages.</param>
    /// <exception cref="HoneException">A column is not known here (exit code 2).</exception>
    /// <exception cref="RowFormatException">A tag is unknown.</exception>
    internal static RowMapping Parse(string name, IReadOnlyDictionary<string, string> columns, IReadOnlyDictionary<string, string> tags) => new()
    {
        Columns = ParseColumns([JsonSerializer.Serialize(columns)]),
        Tags = MessageTags.Parse(name, tags.Select(t => (t.Key, t.Value))),
    };

    private static IEnumerable<(string Theirs, string Ours)> Pairs(string text)
    {
        if (text.TrimStart().StartsWith('{')) return JsonPairs(text);
        var mark = text.IndexOf('=', StringComparison.Ordinal);
        return mark > 0 && mark < text.Length - 1 ? [(text[..mark].Trim(), text[(mark + 1)..].Trim())] : throw Unreadable(text);
    }

    private static List<(string Theirs, string Ours)> JsonPairs(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return [.. json.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()! : throw Unreadable(text)))];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Unreadable(text);
        }
    }

    private static HoneException Unreadable(string text) => new(ExitCode.Usage, $"columns is '{(text.Length > 80 ? text[..80] + "…" : text)}'", null,
        "write the row's name and the name known here: --columns question=query answer=response");
}

/// <summary>Keys and roles of messages that a data set names itself; null leaves them to be recognised.</summary>
public sealed record MessageTags
{
    private static readonly Dictionary<string, string> s_roleTags = new(StringComparer.Ordinal)
    {
        ["user_tag"] = "user",
        ["assistant_tag"] = "assistant",
        ["observation_tag"] = "tool",
        ["function_tag"] = "tool_call",
        ["system_tag"] = "system",
    };

    /// <summary>Key of the role.</summary>
    public string? RoleKey { get; init; }

    /// <summary>Key of the text.</summary>
    public string? ContentKey { get; init; }

    /// <summary>The data set's own words for roles, and the role each means.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>Reads tags as LLaMA-Factory calls them.</summary>
    /// <param name="name">The data set, for messages.</param>
    /// <param name="tags">Each tag and the data set's own word for it.</param>
    /// <exception cref="RowFormatException">A tag is unknown.</exception>
    internal static MessageTags Parse(string name, IEnumerable<(string Tag, string Word)> tags)
    {
        string? roleKey = null, contentKey = null;
        var roles = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (tag, word) in tags)
        {
            if (tag == "role_tag") roleKey = word;
            else if (tag == "content_tag") contentKey = word;
            else if (s_roleTags.TryGetValue(tag, out var role)) roles[word] = role;
            else throw new RowFormatException($"'{name}' has the unknown tag '{tag}'");
        }

        return new MessageTags { RoleKey = roleKey, ContentKey = contentKey, Roles = roles };
    }
}

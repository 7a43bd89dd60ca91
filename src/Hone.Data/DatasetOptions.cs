namespace Hone.Data;

/// <summary>What to do with a row that is longer than allowed.</summary>
public enum Truncation
{
    /// <summary>Leave the row out; it is counted and listed.</summary>
    Delete,

    /// <summary>Cut off the beginning.</summary>
    Left,

    /// <summary>Cut off the end.</summary>
    Right,

    /// <summary>Stop.</summary>
    Raise,
}

/// <summary>How rows become samples.</summary>
public sealed record DatasetOptions
{
    /// <summary>Which messages are learned by default.</summary>
    public LossScope Scope { get; init; } = LossScope.AssistantTurns;

    /// <summary>What weighs more or less inside answers that have no weight of their own.</summary>
    public IReadOnlyList<LossRule> LossRules { get; init; } = [];

    /// <summary>The rows' own names of columns, and the names by which they are known here; see <see cref="Schemas.RowMapping.ParseColumns"/>.</summary>
    public IReadOnlyDictionary<string, string> Columns { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// File that describes the columns of data files, as LLaMA-Factory or ms-swift write it; null takes the <c>dataset_info.json</c>
    /// beside each file, if there is one.
    /// </summary>
    public string? DatasetInfo { get; init; }

    /// <summary>System message for conversations without one.</summary>
    public string? System { get; init; }

    /// <summary>Longest sample, tokens.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    /// <summary>What happens to longer rows.</summary>
    public Truncation Truncation { get; init; } = Truncation.Delete;

    /// <summary>Replaces <c>{{NAME}}</c>: one text, or a Chinese and an English one.</summary>
    public IReadOnlyList<string> ModelName { get; init; } = [];

    /// <summary>Replaces <c>{{AUTHOR}}</c>: one text, or a Chinese and an English one.</summary>
    public IReadOnlyList<string> ModelAuthor { get; init; } = [];

    /// <summary>Seed of the choice of rows for <c>file#N</c>.</summary>
    public ulong Seed { get; init; } = 42;

    /// <summary>Whether <c>file#N</c> draws rows at random (in file order) or takes the first N.</summary>
    public bool SampleAtRandom { get; init; } = true;

    /// <summary>Ids that rows with <c>input_ids</c> may hold are below this; null takes the tokenizer's vocabulary.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Threads that tokenize; null or 0 takes what the machine has.</summary>
    public int? Threads { get; init; }

    /// <summary>Appended to plain text so that its end is learned; null appends nothing.</summary>
    public int? EndId { get; init; }

    /// <summary>Rows are only looked at: the account is given also where none can be used, and no row that is too long ends it.</summary>
    public bool IsInspection { get; init; }

    /// <summary>Whether each conversation is checked as <see cref="Rendering.TemplateCheck"/> does.</summary>
    public bool ProvesRendering { get; init; }
}

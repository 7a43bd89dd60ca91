using Hone.TinyModel.Language;

namespace Hone.TinyModel.Talk;

/// <summary>What a relation says in one language.</summary>
internal sealed class Phrasings
{
    /// <summary>Questions that stand alone.</summary>
    public List<Template> Ask { get; } = [];

    /// <summary>Short questions about another fact of the same relation: "And of Japan?"</summary>
    public List<Template> Follow { get; } = [];

    /// <summary>Questions about what was just spoken of: "What is its capital?", "And twice that?"</summary>
    public List<Template> It { get; } = [];

    /// <summary>Answers, which are also plain statements.</summary>
    public List<Template> Say { get; } = [];

    /// <summary>Statements that follow another about the same subject: "Its capital is Paris."</summary>
    public List<Template> Also { get; } = [];

    /// <summary>Yes-or-no questions with a <c>{value}</c> that may be the right one or another.</summary>
    public List<Template> Check { get; } = [];

    /// <summary>The words that a right answer holds, alternatives parted by <c>|</c>.</summary>
    public Template? Key { get; set; }

    /// <summary>The list with a section's name in relation files; null for an unknown name.</summary>
    public List<Template>? Section(string name) => name switch
    {
        "ask" => Ask,
        "follow" => Follow,
        "it" => It,
        "say" => Say,
        "also" => Also,
        "check" => Check,
        _ => null,
    };

    /// <summary>All slots except the one that a check fills itself.</summary>
    public IEnumerable<string> Slots => new[] { Ask, Follow, It, Say, Also, Check }.SelectMany(list => list).SelectMany(template => template.Slots)
        .Concat(Key?.Slots ?? []).Where(slot => slot != "value" && slot != "answer").Distinct();
}

using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Talk;

/// <summary>A kind of fact and how people ask for it and tell it in each language.</summary>
internal sealed class Relation
{
    private readonly Phrasings[] phrasings = [new(), new()];
    private readonly Fact[]?[] usable = new Fact[]?[2];

    /// <summary>Unique name.</summary>
    public required string Name { get; init; }

    /// <summary>What a score is reported under.</summary>
    public string Category { get; set; } = "";

    /// <summary>Where the facts come from; null for remarks on the last answer.</summary>
    public FactSource? Source { get; set; }

    /// <summary>How often it is drawn, compared with the others.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>True when whole instances (a sum) are held out, false when single phrasings are.</summary>
    public bool HoldsOutInstances { get; set; }

    /// <summary>Where in a conversation it may stand: "" anywhere, "open", "close", or "identity".</summary>
    public string Role { get; set; } = "";

    /// <summary>False when the answer names a second thing that "it" could mean.</summary>
    public bool ReferentIsClear { get; set; } = true;

    /// <summary>False when it turns another relation round and would say the same twice in one text.</summary>
    public bool InArticles { get; set; } = true;

    /// <summary>The words of one language.</summary>
    public Phrasings In(Tongue tongue) => phrasings[(int)tongue];

    /// <summary>True when it can be asked and answered in the language.</summary>
    public bool Speaks(Tongue tongue) => Source is not null && In(tongue).Ask.Count > 0;

    /// <summary>True when its facts can be stated in the language.</summary>
    public bool States(Tongue tongue) => Source is not null && In(tongue).Say.Count > 0;

    /// <summary>True when the fact has every value that the relation needs in the language.</summary>
    public bool Covers(Fact fact, Tongue tongue) => fact.Fills(In(tongue).Slots, tongue);

    /// <summary>A random fact that the language can tell.</summary>
    public Fact Draw(Tongue tongue, RowRandom random)
    {
        if (Source!.All is null) return Source.Draw(random);
        var facts = usable[(int)tongue] ??= [.. Source.All.Where(fact => Covers(fact, tongue))];
        return random.Pick(facts);
    }

    /// <summary>Every usable fact of a closed list.</summary>
    public IReadOnlyList<Fact> Facts(Tongue tongue) => Source?.All is null ? [] : [.. Source.All.Where(fact => Covers(fact, tongue))];

    /// <summary>The answer; the first form half of the time, so that the model has a habit to learn.</summary>
    public string Say(Fact fact, Tongue tongue, RowRandom random)
    {
        var forms = In(tongue).Say;
        return fact.Fill(random.Chance(50) ? forms[0] : random.Pick(forms), tongue, random);
    }

    /// <summary>The words that a right answer holds.</summary>
    public string Key(Fact fact, Tongue tongue, RowRandom random) => fact.Fill(In(tongue).Key!, tongue, random);
}

using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Generation;

/// <summary>Makes single turns: fresh questions, following ones, and remarks on the last answer.</summary>
/// <param name="book">What can be said.</param>
/// <param name="random">The row's random numbers.</param>
/// <param name="self">Who the assistant is in this conversation.</param>
internal sealed class TurnMaker(TalkBook book, RowRandom random, Fact self)
{
    private static readonly (string Yes, string No)[] YesNo = [("Yes", "No"), ("是的", "不是")];

    /// <summary>A question that stands alone.</summary>
    public Turn Fresh(Tongue tongue)
    {
        Relation relation;
        do relation = book.Draw(tongue, random);
        while (relation.Role == "close");
        return About(relation, tongue);
    }

    /// <summary>A question about who the assistant is.</summary>
    public Turn Identity(Tongue tongue) => About(random.Pick([.. book.Asked.Where(relation => relation.Role == "identity")]), tongue);

    /// <summary>Something to open or close a conversation with.</summary>
    public Turn WithRole(string role, Tongue tongue) => About(random.Pick([.. book.Asked.Where(relation => relation.Role == role)]), tongue);

    /// <summary>A question that hangs on the turn before, or null when the draw does not suit it.</summary>
    public Turn? Following(Turn previous) => random.Below(10) switch
    {
        < 4 => SameRelation(previous),
        < 8 => SameSubject(previous),
        _ => Remark(previous),
    };

    /// <summary>A fresh question of a given relation.</summary>
    public Turn About(Relation relation, Tongue tongue)
    {
        var words = relation.In(tongue);
        var fact = relation.Name != "human" && relation.Category == "identity" ? self : relation.Draw(tongue, random);
        if (words.Check.Count > 0 && random.Chance(15)) return Check(relation, fact, tongue);
        return Answered(relation, fact, tongue, fact.Fill(random.Pick(words.Ask), tongue, random));
    }

    private Turn Answered(Relation relation, Fact fact, Tongue tongue, string question, string? identity = null)
    {
        identity ??= relation.HoldsOutInstances ? HeldOut.Instance(fact.Instance) : HeldOut.Words(question);
        return new Turn(question, relation.Say(fact, tongue, random), relation.Key(fact, tongue, random), relation.Category, tongue, tongue, identity, relation, fact);
    }

    private Turn Check(Relation relation, Fact fact, Tongue tongue)
    {
        var right = relation.Key(fact, tongue, random);
        var value = random.Chance(50) ? right : relation.Key(relation.Draw(tongue, random), tongue, random);
        var question = random.Pick(relation.In(tongue).Check).Render(slot => slot == "value" ? value : fact.Find(slot, tongue)!, random);
        var (yes, no) = YesNo[(int)tongue];
        var verdict = value == right ? yes : no;
        var answer = verdict + (tongue == Tongue.English ? ". " : "。") + relation.Say(fact, tongue, random);
        return new Turn(question, answer, verdict, "yes or no", tongue, tongue, HeldOut.Words(question), relation, fact, IsCheck: true);
    }

    private Turn? SameRelation(Turn previous)
    {
        var follow = previous.Relation.In(previous.Tongue).Follow;
        if (follow.Count == 0 || previous.IsCheck) return null;
        var fact = previous.Relation.Draw(previous.Tongue, random);
        if (fact.Subject == previous.Fact.Subject) return null;
        return Answered(previous.Relation, fact, previous.Tongue, fact.Fill(random.Pick(follow), previous.Tongue, random));
    }

    private Turn? SameSubject(Turn previous)
    {
        if (!previous.Relation.ReferentIsClear) return null;
        var tongue = previous.Tongue;
        var relation = book.Draw(tongue, random);
        for (var draws = 0; draws < 40 && (relation == previous.Relation || FactFor(relation, previous) is null); draws++) relation = book.Draw(tongue, random);
        if (relation == previous.Relation || FactFor(relation, previous) is not { } fact) return null;
        var question = fact.Fill(random.Pick(relation.In(tongue).It), tongue, random);
        var key = relation.Key(fact, tongue, random);
        if (previous.Assistant.Contains(key, StringComparison.OrdinalIgnoreCase)) return null;
        var identity = relation.HoldsOutInstances ? HeldOut.Instance(fact.Instance) : HeldOut.After($"{relation.Name} {fact.Subject}", question);
        return Answered(relation, fact, tongue, question, identity) with { InContext = previous.InContext + "\n" + question };
    }

    private Fact? FactFor(Relation relation, Turn previous)
    {
        if (relation.In(previous.Tongue).It.Count == 0) return null;
        if (previous.Fact.Number is { } number) return relation.Source!.About?.Invoke(number, random);
        if (relation.Source!.All is not { } all) return null;
        return Array.IndexOf(all, previous.Fact) >= 0 && relation.Covers(previous.Fact, previous.Tongue) ? previous.Fact : null;
    }

    private Turn? Remark(Turn previous)
    {
        if (previous.Relation.Role != "" || previous.Category is "small talk" or "identity" or "unknown" or "follow-ups" || previous.IsCheck) return null;
        var remark = book.Remarks[random.Pick(["say_in_chinese", "say_in_chinese", "again", "sure", "brief"])];
        var (relation, fact, tongue) = (previous.Relation, previous.Fact, previous.Tongue);
        var question = random.Pick(remark.In(tongue).Ask).Source;
        var (answer, key, keyTongue) = (previous.Assistant, previous.Key, tongue);
        switch (remark.Name)
        {
            case "say_in_chinese":
                keyTongue = tongue.Other();
                if (!relation.States(keyTongue) || !relation.Covers(fact, keyTongue) || relation.Category == "translation") return null;
                answer = fact.Fill(relation.In(keyTongue).Say[0], keyTongue, random);
                if (answer.TrimEnd('。', '.') == previous.Assistant.TrimEnd('。', '.')) return null;
                key = relation.Key(fact, keyTongue, random);
                break;
            case "sure":
                answer = random.Pick(remark.In(tongue).Say).Render(_ => previous.Assistant, random);
                break;
            case "brief":
                if (relation.Source!.All is null || !relation.In(tongue).Key!.IsOneSlot) return null;
                answer = English.Capitalised(key.Split('|')[0]);
                answer += char.IsAsciiLetter(answer[^1]) || tongue == Tongue.English ? "." : "。";
                break;
        }

        var identity = relation.HoldsOutInstances ? HeldOut.After(fact.Instance, question) : HeldOut.After(previous.User, question);
        return new Turn(question, answer, key, remark.Category, tongue, keyTongue, identity, remark, fact) { InContext = previous.InContext + "\n" + question };
    }
}

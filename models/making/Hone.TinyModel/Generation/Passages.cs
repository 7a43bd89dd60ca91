using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Generation;

/// <summary>Plain texts about the facts of the world: articles, lists, parallel sentences, questions with answers, stories.</summary>
internal sealed class Passages
{
    private static readonly string[] SubjectTables = ["countries", "countries", "countries", "animals", "animals", "nouns", "nouns", "nouns", "jobs", "months"];

    private readonly TalkBook book;
    private readonly Dictionary<string, Relation[]> bySubject;

    public Passages(TalkBook book)
    {
        this.book = book;
        bySubject = SubjectTables.Distinct().ToDictionary(table => table, table => book.Asked.Where(relation => relation.InArticles && relation.Source == book.World[table]).ToArray());
    }

    /// <summary>Articles about two subjects, one under the other; a single short one would soon repeat.</summary>
    public string Articles(Tongue tongue, RowRandom random) => Article(tongue, random) + "\n" + Article(tongue, random);

    /// <summary>Several facts about one subject, the later ones sometimes with a pronoun.</summary>
    private string Article(Tongue tongue, RowRandom random)
    {
        var table = random.Pick(SubjectTables);
        var fact = random.Pick(book.World[table].All!);
        var relations = random.Shuffled(bySubject[table].Where(relation => relation.States(tongue) && relation.Covers(fact, tongue)));
        var sentences = new List<string>();
        var referentIsClear = false;
        foreach (var relation in relations.Take(random.Between(3, 6)))
        {
            var also = relation.In(tongue).Also;
            var pronoun = referentIsClear && also.Count > 0 && random.Chance(60);
            referentIsClear = relation.ReferentIsClear;
            sentences.Add(fact.Fill(pronoun ? random.Pick(also) : relation.In(tongue).Say[0], tongue, random));
        }

        return tongue.Join(sentences.Distinct());
    }

    /// <summary>The same kind of fact about several subjects.</summary>
    public string List(Tongue tongue, RowRandom random)
    {
        var relation = Stated(tongue, random);
        var form = random.Pick(relation.In(tongue).Say);
        var sentences = Enumerable.Range(0, random.Between(4, 8)).Select(_ => TrainingFact(relation, tongue, random).Fill(form, tongue, random));
        return random.Chance(50) ? tongue.Join(sentences.Distinct()) : string.Join('\n', sentences.Distinct());
    }

    /// <summary>Sentences in both languages, one meaning after the other.</summary>
    public string Parallel(RowRandom random)
    {
        var lines = new List<string>();
        var labelled = random.Chance(50);
        var order = random.Chance(50) ? new[] { Tongue.English, Tongue.Chinese } : [Tongue.Chinese, Tongue.English];
        while (lines.Count < 6)
        {
            var relation = Stated(Tongue.English, random);
            var fact = TrainingFact(relation, Tongue.English, random);
            if (relation.Source!.All is null || relation.Category is "translation" or "number words" or "times tables" || !relation.States(Tongue.Chinese) || !relation.Covers(fact, Tongue.Chinese)) continue;
            foreach (var tongue in order)
            {
                var label = !labelled ? "" : tongue == Tongue.English ? "English: " : "中文：";
                lines.Add(label + fact.Fill(relation.In(tongue).Say[0], tongue, random));
            }
        }

        return string.Join('\n', lines);
    }

    /// <summary>Questions with their answers, as in a school book or between two people.</summary>
    public string Questions(Tongue tongue, RowRandom random)
    {
        var people = book.World["people"].Draw(random);
        var (ask, answer) = random.Below(3) switch
        {
            0 => tongue == Tongue.English ? ("Q: ", "A: ") : ("问：", "答："),
            1 => tongue == Tongue.English ? ("Question: ", "Answer: ") : ("问题：", "回答："),
            _ => (people.Find("name", tongue) + Colon(tongue), people.Find("friend", tongue) + Colon(tongue)),
        };
        var maker = new TurnMaker(book, random, book.World["self"].All![0]);
        var lines = new List<string>();
        Turn? previous = null;
        while (lines.Count < 8)
        {
            var turn = (previous is not null && random.Chance(55) ? maker.Following(previous) : null) ?? maker.Fresh(tongue);
            if (turn.IsHeldOut || turn.Category is "identity" or "small talk" or "unknown") continue;
            lines.Add(ask + turn.User);
            lines.Add(answer + turn.Assistant);
            previous = turn;
        }

        return string.Join('\n', lines);
    }

    /// <summary>A question and its answer told as a little scene.</summary>
    public string Scene(Tongue tongue, RowRandom random)
    {
        var people = book.World["people"].Draw(random);
        var (name, friend) = (people.Find("name", tongue), people.Find("friend", tongue));
        var maker = new TurnMaker(book, random, book.World["self"].All![0]);
        var parts = new List<string>();
        while (parts.Count < 2)
        {
            var turn = maker.Fresh(tongue);
            if (turn.IsHeldOut || turn.Category is "identity" or "small talk" or "unknown" || turn.User.Contains('"', StringComparison.Ordinal) || turn.Assistant.Contains('"', StringComparison.Ordinal)) continue;
            parts.Add(tongue == Tongue.English
                ? $"{name} asked {friend}: \"{turn.User}\" {friend} answered: \"{turn.Assistant}\""
                : $"{name}问{friend}：“{Inner(turn.User)}”{friend}回答：“{Inner(turn.Assistant)}”");
            (name, friend) = (friend, name);
        }

        return tongue.Join(parts);
    }

    /// <summary>A little story.</summary>
    public string Story(Tongue tongue, RowRandom random)
    {
        while (true)
        {
            var story = random.Pick(book.Stories);
            var fact = story.Source!.Draw(random);
            if (story.HoldsOutInstances && HeldOut.Contains(HeldOut.Instance(fact.Instance))) continue;
            var form = random.Pick(story.In(tongue).Say);
            if (fact.Fills(form.Slots, tongue)) return fact.Fill(form, tongue, random);
        }
    }

    private static string Colon(Tongue tongue) => tongue == Tongue.English ? ": " : "：";

    private static string Inner(string chinese) => chinese.Replace('“', '‘').Replace('”', '’');

    private Relation Stated(Tongue tongue, RowRandom random)
    {
        while (true)
        {
            var relation = book.Draw(tongue, random);
            if (relation.Category is not ("small talk" or "identity" or "unknown" or "word problems")) return relation;
        }
    }

    private static Fact TrainingFact(Relation relation, Tongue tongue, RowRandom random)
    {
        while (true)
        {
            var fact = relation.Draw(tongue, random);
            if (!relation.HoldsOutInstances || !HeldOut.Contains(HeldOut.Instance(fact.Instance))) return fact;
        }
    }
}

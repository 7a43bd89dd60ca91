using Hone.TinyModel.Facts;
using Hone.TinyModel.Generation;
using Hone.TinyModel.Language;
using Hone.TinyModel.Scoring;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Tests;

public class HeldOutTests
{
    [Xunit.Fact]
    public void No_held_out_question_occurs_in_the_chat_rows_of_any_seed()
    {
        // A question that only means something after another ("And twice that?") is compared together with that one.
        var trained = Corpus.Chat.SelectMany(conversation => conversation.Turns).Select(turn => HeldOut.Words(turn.InContext)).ToHashSet();
        Assert.All(Corpus.HeldOut, conversation => Assert.DoesNotContain(HeldOut.Words(conversation.Turns[^1].InContext), trained));
    }

    [Xunit.Fact]
    public void Only_the_last_question_of_a_held_out_row_is_held_out()
    {
        Assert.All(Corpus.HeldOut, conversation =>
        {
            Assert.True(conversation.Turns[^1].IsHeldOut);
            Assert.All(conversation.Turns.SkipLast(1), turn => Assert.False(turn.IsHeldOut));
        });
        Assert.All(Corpus.Chat, conversation => Assert.All(conversation.Turns, turn => Assert.False(turn.IsHeldOut)));
    }

    [Xunit.Fact]
    public void A_held_out_sum_is_nowhere_in_the_pretraining_texts()
    {
        var sums = Corpus.Texts.SelectMany(text => System.Text.RegularExpressions.Regex.Matches(text, @"(\d+) ([+-]) (\d+) = "))
            .Select(match => (A: int.Parse(match.Groups[1].Value), Sign: match.Groups[2].Value, B: int.Parse(match.Groups[3].Value))).ToArray();
        Assert.True(sums.Length > 10000);
        foreach (var (a, sign, b) in sums)
        {
            var fact = sign == "+" ? Numbers.Add(a, b) : Numbers.Subtract(a, b);
            Assert.False(HeldOut.Contains(HeldOut.Instance(fact.Instance)), $"{a} {sign} {b}");
        }
    }

    [Xunit.Fact]
    public void Every_listed_fact_can_be_asked_for_in_some_trained_phrasing()
    {
        // A fact has a few phrasings only, so by bad luck all of them could be held out; then it needs another.
        var unreachable = from relation in Corpus.Book.Asked
                          where !relation.HoldsOutInstances && relation.Category != "unknown"
                          from tongue in Enum.GetValues<Tongue>()
                          where relation.Speaks(tongue)
                          from fact in relation.Facts(tongue)
                          where !IsTrained(relation, fact, tongue)
                          select $"{relation.Name} {fact.Subject} {tongue}";
        Assert.Empty(unreachable);
    }

    [Xunit.Fact]
    public void About_a_tenth_of_the_questions_is_held_out()
    {
        var words = Enumerable.Range(0, 20000).Count(n => HeldOut.Contains(HeldOut.Words($"What is {n}?")));
        Assert.InRange(words, 1800, 2200);
    }

    [Xunit.Fact]
    public void The_answer_of_every_turn_holds_its_key()
    {
        foreach (var turn in Corpus.Chat.Concat(Corpus.HeldOut).SelectMany(conversation => conversation.Turns))
            Assert.True(AnswerKey.IsIn(turn.Assistant, turn.Key), $"{turn.User} -> {turn.Assistant}, key {turn.Key}");
    }

    private static bool IsTrained(Relation relation, Facts.Fact fact, Tongue tongue)
    {
        var random = new RowRandom(1, relation.Name, 0);
        return relation.In(tongue).Ask.Any(ask => Enumerable.Range(0, 8).Any(_ => !HeldOut.Contains(HeldOut.Words(fact.Fill(ask, tongue, random)))));
    }
}

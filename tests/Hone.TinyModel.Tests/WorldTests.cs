using Hone.TinyModel.Language;

namespace Hone.TinyModel.Tests;

public class WorldTests
{
    [Fact]
    public void The_world_holds_enough_to_talk_about_in_both_languages()
    {
        foreach (var tongue in Enum.GetValues<Tongue>())
        {
            var facts = Corpus.Book.Asked.Where(relation => relation.Speaks(tongue)).Sum(relation => relation.Facts(tongue).Count);
            Assert.InRange(facts, 2000, 4000);
        }
    }

    [Fact]
    public void No_table_lists_a_subject_twice()
    {
        foreach (var source in Corpus.Book.Asked.Select(relation => relation.Source!).Where(source => source.All is not null).Distinct())
            Assert.Equal(source.All!.Length, source.All.Select(fact => fact.Subject).Distinct().Count());
    }

    [Fact]
    public void Pronoun_questions_never_ask_for_what_was_just_said()
    {
        foreach (var turns in Corpus.Chat.Select(conversation => conversation.Turns))
        {
            for (var i = 1; i < turns.Count; i++)
            {
                if (turns[i].Identity.StartsWith("after:", StringComparison.Ordinal) && turns[i].Category != "follow-ups")
                    Assert.DoesNotContain(turns[i].Key, turns[i - 1].Assistant, StringComparison.OrdinalIgnoreCase);
            }
        }
    }
}

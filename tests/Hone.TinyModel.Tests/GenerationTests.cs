using Hone.TinyModel.Generation;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Tests;

public class GenerationTests
{
    [Fact]
    public void Rows_are_a_function_of_seed_and_row_alone()
    {
        var forwards = new ConversationMaker(Corpus.Book, 5);
        var backwards = new ConversationMaker(new Talk.TalkBook(), 5);
        var expected = Enumerable.Range(0, 300).Select(row => Flat(forwards.Training(row))).ToArray();
        var actual = Enumerable.Range(0, 300).Reverse().Select(row => Flat(backwards.Training(row))).Reverse().ToArray();
        Assert.Equal(expected, actual);
        Assert.NotEqual(expected[0], Flat(new ConversationMaker(Corpus.Book, 6).Training(0)));
    }

    [Fact]
    public void The_random_numbers_are_those_of_the_first_release()
    {
        var random = new RowRandom(1, "golden", 2);
        Assert.Equal(GoldenDraws, Enumerable.Range(0, 8).Select(_ => random.Below(1000)));
    }

    [Fact]
    public void Every_relation_can_be_rendered_with_every_fact_and_phrasing()
    {
        var random = new RowRandom(1, "all", 0);
        foreach (var relation in Corpus.Book.Asked)
        {
            foreach (var tongue in Enum.GetValues<Tongue>().Where(relation.Speaks))
            {
                var words = relation.In(tongue);
                Assert.NotEmpty(words.Say);
                Assert.NotNull(words.Key);
                var facts = relation.Source!.All is null ? [.. Enumerable.Range(0, 50).Select(_ => relation.Draw(tongue, random))] : relation.Facts(tongue);
                Assert.NotEmpty(facts);
                foreach (var fact in facts)
                {
                    foreach (var template in words.Ask.Concat(words.Follow).Concat(words.It).Concat(words.Say).Concat(words.Also))
                        Assert.False(string.IsNullOrWhiteSpace(fact.Fill(template, tongue, random)), template.Source);
                }
            }
        }
    }

    [Fact]
    public void Closed_facts_are_asked_in_more_than_one_way()
    {
        foreach (var relation in Corpus.Book.Asked.Where(relation => relation.Source!.All is not null && relation.Category != "unknown"))
        {
            foreach (var tongue in Enum.GetValues<Tongue>().Where(relation.Speaks))
                Assert.True(relation.In(tongue).Ask.Count >= 2, $"{relation.Name} {tongue}");
        }
    }

    [Fact]
    public void No_text_has_a_bracket_of_a_template_or_a_doubled_mark()
    {
        var all = Corpus.Texts.Concat(Corpus.Chat.SelectMany(Sentences));
        Assert.DoesNotContain(all, text => text.IndexOfAny(['{', '}', '<', '>', '|']) >= 0 || text.Contains("。。", StringComparison.Ordinal)
            || text.Contains("  ", StringComparison.Ordinal) || text.Contains(" .", StringComparison.Ordinal) && !text.Contains(" ..", StringComparison.Ordinal));
    }

    [Fact]
    public void English_articles_fit_their_words()
    {
        var all = string.Join('\n', Corpus.Texts.Concat(Corpus.Chat.SelectMany(Sentences)));
        Assert.DoesNotMatch(@"\b[Aa] (apple|orange|elephant|eagle|owl|ant|animal|insect|eye|ear|egg|umbrella|onion|axe|even|odd|octagon)\b", all);
        Assert.DoesNotMatch(@"\b[Aa]n (?![aeiouAEIOU]|hour)\w", all);
    }

    [Fact]
    public void The_vocabulary_is_small()
    {
        var all = string.Join('\n', Corpus.Texts.Concat(Corpus.Chat.SelectMany(Sentences)));
        var words = System.Text.RegularExpressions.Regex.Matches(all, "[A-Za-zÀ-ÿ]+").Select(match => match.Value.ToLowerInvariant()).Distinct().Count();
        var characters = all.Where(c => c is >= '\u4E00' and <= '\u9FFF').Distinct().Count();
        Assert.InRange(words, 1000, 3000);
        Assert.InRange(characters, 700, 2000);
    }

    [Fact]
    public void Rows_are_not_mere_repetitions()
    {
        Assert.True(Corpus.Texts.Distinct().Count() > Corpus.Texts.Count * 93 / 100);
        Assert.True(Corpus.Chat.Select(Flat).Distinct().Count() > Corpus.Chat.Count * 85 / 100);
    }

    [Fact]
    public void About_fifteen_conversations_in_a_hundred_have_a_system_message()
    {
        var share = 100.0 * Corpus.Chat.Count(conversation => conversation.System is not null) / Corpus.Chat.Count;
        Assert.InRange(share, 13.5, 16.5);
    }

    [Theory]
    [InlineData(0, "zero", "零")]
    [InlineData(10, "ten", "十")]
    [InlineData(13, "thirteen", "十三")]
    [InlineData(20, "twenty", "二十")]
    [InlineData(42, "forty-two", "四十二")]
    [InlineData(99, "ninety-nine", "九十九")]
    [InlineData(100, "one hundred", "一百")]
    public void Numbers_have_their_names_in_both_languages(int number, string english, string chinese)
    {
        Assert.Equal(english, English.Number(number));
        Assert.Equal(chinese, Chinese.Number(number));
    }

    [Fact]
    public void A_template_fills_slots_articles_capitals_and_choices()
    {
        var random = new RowRandom(1, "template", 0);
        var made = Enumerable.Range(0, 40).Select(_ => Template.Parse("{^a thing} <is|was {^place}>.").Render(slot => slot == "thing" ? "owl" : "here", random)).ToHashSet();
        Assert.Equal(["An owl is.", "An owl was Here."], made.Order(StringComparer.Ordinal));
        Assert.Throws<FormatException>(() => Template.Parse("{open"));
    }

    // From a second implementation, in Python integers.
    private static readonly int[] GoldenDraws = [942, 144, 434, 376, 899, 918, 122, 194];

    private static IEnumerable<string> Sentences(Conversation conversation) =>
        conversation.Questions.Concat(conversation.Turns.Select(turn => turn.Assistant)).Append(conversation.System ?? "");

    private static string Flat(Conversation conversation) => string.Join('\n', Sentences(conversation));
}

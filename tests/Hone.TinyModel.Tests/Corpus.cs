using Hone.TinyModel.Generation;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Tests;

/// <summary>The same rows for several tests, made once.</summary>
internal static class Corpus
{
    public static TalkBook Book { get; } = new();

    private static PretrainingTexts Pretraining { get; } = new(Book, 1);

    public static IReadOnlyList<Conversation> Chat { get; } = [.. Rows(1, 12000), .. Rows(2, 12000)];

    public static IReadOnlyList<Conversation> HeldOut { get; } = [.. new ConversationMaker(Book, 7).HeldOut().Take(4000)];

    public static IReadOnlyList<string> Texts { get; } = [.. Enumerable.Range(0, 12000).Select(row => Pretraining.Row(row))];

    private static IEnumerable<Conversation> Rows(ulong seed, int count)
    {
        var maker = new ConversationMaker(Book, seed);
        return Enumerable.Range(0, count).Select(row => maker.Training(row));
    }
}

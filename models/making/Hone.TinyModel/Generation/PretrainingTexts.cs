using Hone.TinyModel.Language;
using Hone.TinyModel.Talk;

namespace Hone.TinyModel.Generation;

/// <summary>The rows of pre-training: one text a row, of a kind and a language drawn for it.</summary>
internal sealed class PretrainingTexts(TalkBook book, ulong seed)
{
    private readonly Passages passages = new(book);
    private readonly Exercises exercises = new(book.World);

    /// <summary>The text of a row.</summary>
    public string Row(long row)
    {
        var random = new RowRandom(seed, "pretrain", row);
        var tongue = random.Chance(55) ? Tongue.English : Tongue.Chinese;
        return random.Below(100) switch
        {
            < 22 => passages.Articles(tongue, random),
            < 34 => passages.List(tongue, random),
            < 44 => passages.Parallel(random),
            < 68 => passages.Questions(tongue, random),
            < 74 => passages.Scene(tongue, random),
            < 82 => passages.Story(tongue, random) + "\n" + passages.Story(tongue, random),
            < 96 => exercises.Sums(tongue, random),
            _ => exercises.Counting(tongue, random) + "\n" + exercises.Counting(tongue, random),
        };
    }
}

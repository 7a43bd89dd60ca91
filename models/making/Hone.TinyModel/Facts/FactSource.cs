using Hone.TinyModel.Language;

namespace Hone.TinyModel.Facts;

/// <summary>Where the facts of a relation come from: a table, or a computation that makes them.</summary>
internal sealed class FactSource
{
    private readonly Func<RowRandom, Fact> draw;

    /// <summary>A source with a closed list of facts.</summary>
    public FactSource(Fact[] all, Func<int, RowRandom, Fact?>? about = null)
    {
        All = all;
        About = about;
        draw = random => random.Pick(all);
    }

    /// <summary>A source that makes facts.</summary>
    public FactSource(Func<RowRandom, Fact> draw, Func<int, RowRandom, Fact?>? about = null)
    {
        this.draw = draw;
        About = about;
    }

    /// <summary>Every fact of a closed list, or null.</summary>
    public Fact[]? All { get; }

    /// <summary>Makes a fact about a given number, or null when the number does not suit; null for sources without numbers.</summary>
    public Func<int, RowRandom, Fact?>? About { get; }

    /// <summary>A random fact.</summary>
    public Fact Draw(RowRandom random) => draw(random);
}

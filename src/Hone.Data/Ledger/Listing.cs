namespace Hone.Data.Ledger;

/// <summary>How many there are of something, and the first of them: memory does not grow with how bad data is.</summary>
/// <param name="Count">How many there are.</param>
/// <param name="First">The first of them in the order of the rows, at most <see cref="Listing.Most"/>.</param>
public sealed record Listing<T>(int Count, IReadOnlyList<T> First);

/// <summary>Makes listings.</summary>
public static class Listing
{
    /// <summary>So many are listed at most.</summary>
    public const int Most = 1000;

    /// <summary>A listing of nothing.</summary>
    public static Listing<T> Empty<T>() => new(0, []);
}

/// <summary>Counts what comes, and keeps the first of it.</summary>
internal sealed class ListingBuilder<T>
{
    private readonly List<T> first = [];

    public int Count { get; private set; }

    /// <summary>The first that came; default when nothing did.</summary>
    public T? FirstOrDefault => first.Count > 0 ? first[0] : default;

    public void Add(T item)
    {
        Count++;
        if (first.Count < Listing.Most) first.Add(item);
    }

    public Listing<T> Build() => new(Count, first);
}

namespace Hone.Data;

/// <summary>Counts texts. So many different ones are kept apart, so that rows of which each says something else don't fill the memory.</summary>
internal sealed class Counts
{
    private const int MaxTexts = 64;
    /// <summary>What all others are counted as.</summary>
    public const string Others = "…";

    private readonly Dictionary<string, int> totals = new(StringComparer.Ordinal);

    /// <summary>The texts and how often each was counted, the most frequent first.</summary>
    public IReadOnlyList<(string Text, int Count)> Totals =>
        [.. totals.OrderByDescending(t => t.Value).ThenBy(t => t.Key, StringComparer.Ordinal).Select(t => (t.Key, t.Value))];

    public void Add(string text)
    {
        if (totals.Count >= MaxTexts && !totals.ContainsKey(text)) text = Others;
        totals[text] = totals.GetValueOrDefault(text) + 1;
    }
}

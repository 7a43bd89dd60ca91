namespace Hone;

/// <summary>Finds the known name that a mistyped one was probably meant to be.</summary>
public static class Suggestion
{
    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="name"/>, ignoring case and <c>-</c>/<c>_</c>,
    /// or null when none is within a third of the name's length (at least two edits).
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        var wanted = Normalize(name);
        string? best = null;
        var bestDistance = Math.Max(2, wanted.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(wanted, Normalize(candidate));
            if (distance < bestDistance)
            {
                bestDistance = distance;
                best = candidate;
            }
        }

        return best;
    }

    private static string Normalize(string s) => s.TrimStart('-').Replace('-', '_').ToLowerInvariant();

    /// <summary>Optimal string alignment distance: insert, delete, replace and swap of neighbours cost one.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}

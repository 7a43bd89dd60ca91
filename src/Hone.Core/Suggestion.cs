namespace Hone;

/// <summary>Finds the known name that a mistyped one was probably meant to be.</summary>
public static class Suggestion
{
    /// <summary>No name that a person types is longer; longer ones come from broken files and would take time.</summary>
    private const int LongestName = 200;

    /// <summary>
    /// The candidate with the smallest edit distance to <paramref name="name"/>, ignoring case and <c>-</c>/<c>_</c>,
    /// or null when none is within a third of the name's length (at least two edits).
    /// Names of more than 200 characters are near to nothing.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> candidates)
    {
        if (name.Length > LongestName) return null;
        var wanted = Normalize(name);
        string? best = null;
        var bestDistance = Math.Max(2, wanted.Length / 3) + 1;
        foreach (var candidate in candidates)
        {
            if (candidate.Length > LongestName) continue;
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
        // Rows of the table: for i − 2, i − 1 and i characters of a.
        var (older, old, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) row[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            (older, old, row) = (old, row, older);
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(old[j] + 1, row[j - 1] + 1), old[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], older[j - 2] + 1);
            }
        }

        return row[b.Length];
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Hone.Models.Adapters;

/// <summary>
/// <c>rank_pattern</c> or <c>alpha_pattern</c>, compiled once: in ordinal order, because that is how PEFT saves them, and a saved
/// adapter must mean what it meant in training. Strangers write these files, so number and time of the patterns are bounded.
/// </summary>
internal sealed class PatternTable<T>
{
    private const int MostPatterns = 4096;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly ConditionalWeakTable<IReadOnlyList<KeyValuePair<string, T>>, PatternTable<T>> Tables = [];

    private readonly (ModulePattern Pattern, T Value)[] patterns;
    private readonly ConcurrentDictionary<string, int> found = new(StringComparer.Ordinal);
    private long spent;

    private PatternTable(IReadOnlyList<KeyValuePair<string, T>> source)
    {
        if (source.Count > MostPatterns)
            throw new HoneException(ExitCode.Model, $"A pattern list of the adapter has {source.Count} entries; the limit is {MostPatterns}.", null,
                "Join patterns that have the same value.");
        patterns = [.. source.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => (ModulePattern.End(p.Key, ExitCode.Model), p.Value))];
    }

    /// <summary>The table of a list, made at the first call.</summary>
    public static PatternTable<T> Of(IReadOnlyList<KeyValuePair<string, T>> source) => Tables.GetValue(source, static s => new PatternTable<T>(s));

    /// <summary>The value of the first pattern that matches.</summary>
    public T Find(string modulePath, T otherwise)
    {
        if (patterns.Length == 0) return otherwise;
        var index = found.GetOrAdd(modulePath, static (path, self) => self.FirstMatch(path), this);
        return index < 0 ? otherwise : patterns[index].Value;
    }

    private int FirstMatch(string modulePath)
    {
        for (var i = 0; i < patterns.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            if (patterns[i].Pattern.IsMatch(modulePath)) return i;
            if (Interlocked.Add(ref spent, Stopwatch.GetElapsedTime(start).Ticks) > Patience.Ticks)
                throw new HoneException(ExitCode.Model, "The patterns of rank_pattern or alpha_pattern take too long.", null, "Simplify the patterns.");
        }

        return -1;
    }
}

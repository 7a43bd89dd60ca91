using System.Text.RegularExpressions;

namespace Hone.Data.Sources;

/// <summary>
/// Chooses the files of a subset and split among those of a data set: by its card, else by the names that Hugging Face <c>datasets</c> goes
/// by: a folder or a part of a file's name that says <c>train</c>, <c>validation</c> or <c>test</c>.
/// </summary>
internal static partial class DatasetLayout
{
    /// <summary>The split that is meant when none is named.</summary>
    public const string Train = "train";

    private const string All = "all";

    /// <summary>What the only subset is called where nobody gave it a name.</summary>
    private const string Default = "default";

    private static readonly Dictionary<string, string[]> SplitWords = new(StringComparer.Ordinal)
    {
        [Train] = ["train", "training"],
        ["validation"] = ["validation", "valid", "val", "dev"],
        ["test"] = ["test", "testing", "eval", "evaluation"],
    };

    /// <summary>Data files in the order in which a tie between kinds is decided.</summary>
    private static readonly string[][] Kinds = [[".parquet"], [".jsonl", ".json", ".ndjson"], [".csv"], [".tsv"], [".arrow"], [".txt"]];

    /// <summary>Chooses.</summary>
    /// <param name="files">Paths of all files, with slashes.</param>
    /// <param name="card">What the card says of subsets; may be empty.</param>
    /// <param name="subset">Subsets that are wanted, with slashes between them; null for the usual one.</param>
    /// <param name="split">The split that is wanted; null for training rows.</param>
    /// <exception cref="InvalidDataException">There is no such subset, split or file; the message says what there is.</exception>
    public static IReadOnlyList<string> Choose(IReadOnlyList<string> files, IReadOnlyList<CardSubset> card, string? subset, string? split)
    {
        var chosen = card.Count > 0 ? ByCard(files, card, subset, split) : ByName(files, subset, split ?? Train);
        return chosen.Count > 0 ? chosen : throw new InvalidDataException("it holds no data file that can be read" + Scripts(files));
    }

    private static List<string> ByCard(IReadOnlyList<string> files, IReadOnlyList<CardSubset> card, string? subset, string? split)
    {
        var names = card.Select(c => c.Name).ToList();
        var wanted = subset switch
        {
            null => [Usual(card)],
            All when !names.Contains(All) => card,
            _ => subset.Split('/').Select(name => card.FirstOrDefault(c => c.Name == name) ?? throw new InvalidDataException($"it has no subset '{name}'; it has {Listed(names)}")).ToList(),
        };
        return [.. wanted.SelectMany(config =>
        {
            var splits = config.Files.Select(f => f.Split).Distinct().ToList();
            var name = split ?? (splits.Contains(Train) || splits.Count != 1 ? Train : splits[0]);
            if (!splits.Contains(name)) throw new InvalidDataException($"it has no split '{name}'; it has {Listed(splits)}");
            return config.Files.Where(f => f.Split == name).SelectMany(f => Matching(files, f.Pattern)).Where(f => KindOf(f) >= 0);
        }).Distinct()];
    }

    private static CardSubset Usual(IReadOnlyList<CardSubset> card) =>
        card.Count == 1 ? card[0]
        : card.FirstOrDefault(c => c.IsDefault) ?? card.FirstOrDefault(c => c.Name == Default)
            ?? throw new InvalidDataException($"it has several subsets, so one must be named behind a colon: {Listed([.. card.Select(c => c.Name)])}");

    private static List<string> ByName(IReadOnlyList<string> files, string? subset, string split)
    {
        var data = files.Where(f => KindOf(f) >= 0).ToList();
        if (subset is not null)
        {
            var folders = subset.Split('/');
            var inside = data.FindAll(f => folders.Contains(f.Split('/')[0]));
            data = inside.Count > 0 || subset != Default ? inside : data;
            if (data.Count == 0) throw new InvalidDataException($"it has no subset '{subset}': neither its card nor a folder is called so");
        }

        if (data.Count == 0) return [];
        var kind = data.GroupBy(KindOf).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).First().Key;
        data = data.FindAll(f => KindOf(f) == kind);
        if (data.Exists(f => SplitWords.Keys.Any(s => SaysSplit(f, s))) || split != Train)
        {
            var found = data.FindAll(f => SaysSplit(f, split));
            if (found.Count > 0) return found;
            var there = SplitWords.Keys.Where(s => data.Exists(f => SaysSplit(f, s))).ToList();
            throw new InvalidDataException($"it has no split '{split}'" + (there.Count > 0 ? $"; it has {Listed(there)}" : ""));
        }

        return data;
    }

    private static int KindOf(string file)
    {
        var name = Path.GetFileName(file);
        var extension = Path.GetExtension(name).ToLowerInvariant();
        if (extension is ".gz" or ".zst") extension = Path.GetExtension(Path.GetFileNameWithoutExtension(name)).ToLowerInvariant();
        return name.StartsWith('.') || name is "dataset_info.json" or "dataset_infos.json" or "dataset_dict.json" or "state.json" or "configuration.json" or "requirements.txt" or "LICENSE.txt"
            ? -1 : Array.FindIndex(Kinds, k => k.Contains(extension));
    }

    private static bool SaysSplit(string file, string split)
    {
        var words = SplitWords.GetValueOrDefault(split) ?? [split];
        return Words().Split(file.ToLowerInvariant()).Any(words.Contains);
    }

    private static IEnumerable<string> Matching(IReadOnlyList<string> files, string pattern)
    {
        // The pattern is a stranger's: matching takes time in proportion to the name, whatever it says.
        try
        {
            var expression = new Regex(Expression(pattern.TrimStart('.', '/')), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            return files.Where(f => expression.IsMatch(f));
        }
        catch (ArgumentException e)
        {
            throw new InvalidDataException($"its card has the pattern '{pattern}', which is none", e);
        }
    }

    /// <summary><c>**</c> is any number of folders, <c>*</c> and <c>?</c> stay in one, <c>[ab]</c> is one of these.</summary>
    private static string Expression(string pattern)
    {
        var escaped = Regex.Escape(pattern).Replace(@"\*\*/", "(?:[^/]+/)*", StringComparison.Ordinal).Replace(@"\*\*", ".*", StringComparison.Ordinal)
            .Replace(@"\*", "[^/]*", StringComparison.Ordinal).Replace(@"\?", "[^/]", StringComparison.Ordinal);
        return "^" + Sets().Replace(escaped, "[$1]") + "$";
    }

    private static string Scripts(IReadOnlyList<string> files) => files.Any(f => f.EndsWith(".py", StringComparison.Ordinal))
        ? ", only a program, which is not run; a copy in Parquet may be at @refs/convert/parquet" : "";

    private static string Listed(List<string> names) => string.Join(", ", names.Take(20)) + (names.Count > 20 ? $" and {names.Count - 20} more" : "");

    [GeneratedRegex("[^a-z0-9]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"\\\[([A-Za-z0-9-]+)\]")]
    private static partial Regex Sets();
}

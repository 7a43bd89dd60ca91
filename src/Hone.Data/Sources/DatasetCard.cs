using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Hone.Data.Sources;

/// <summary>A subset as the card of a data set describes it.</summary>
/// <param name="Name">Name of the subset.</param>
/// <param name="IsDefault">Whether the card calls it the usual one.</param>
/// <param name="Files">Patterns of files for each split, in the card's order.</param>
internal sealed record CardSubset(string Name, bool IsDefault, IReadOnlyList<(string Split, string Pattern)> Files);

/// <summary>
/// The <c>configs</c> in the front matter of a data set's <c>README.md</c>: Hugging Face's way of saying which files are which subset and split.
/// Read event by event, without tags and aliases: the card is a stranger's.
/// </summary>
internal static class DatasetCard
{
    private const int MaxCardBytes = 8 << 20;
    private const int MaxBytes = 1 << 20;
    private const int MaxDepth = 12;
    private const int MaxSubsets = 10_000;
    private const string Everything = "**";

    /// <summary>Fails for a card that is longer than any text for people: before it is fetched, too.</summary>
    /// <exception cref="HoneException">It is (exit code 3).</exception>
    public static void RequireLength(long bytes, string readme)
    {
        if (bytes > MaxCardBytes)
            throw new HoneException(ExitCode.Data, $"The card of the data set is longer than {MaxCardBytes >> 20} MiB.", readme, "Name its files themselves, or another revision.");
    }

    /// <summary>The subsets that a card describes; none when it has no front matter or says nothing of files.</summary>
    /// <exception cref="HoneException">The front matter can't be read (exit code 3).</exception>
    public static IReadOnlyList<CardSubset> Read(string readme)
    {
        RequireLength(FileLength.Of(readme), readme);
        try
        {
            if (FrontMatter(readme) is not { } yaml) return [];
            var parser = new Parser(new StringReader(yaml));
            parser.Consume<StreamStart>();
            parser.Consume<DocumentStart>();
            return Mapping(parser, 0).Find(p => p.Key == "configs").Value is List<object> configs
                ? [.. configs.OfType<List<(string Key, object Value)>>().Take(MaxSubsets).Select(Subset).Where(s => s.Files.Count > 0)]
                : [];
        }
        catch (Exception e) when (e is YamlException or ArgumentException or InvalidOperationException or InvalidDataException)
        {
            throw new HoneException(ExitCode.Data, $"The card of the data set can't be read: {e.Message.Split('\n')[0].TrimEnd('.')}.", readme, "Name its files themselves, or another revision.", e);
        }
    }

    private static string? FrontMatter(string readme)
    {
        using var text = new StreamReader(readme);
        if (text.ReadLine()?.TrimEnd() != "---") return null;
        var lines = new List<string>();
        for (var length = 0; text.ReadLine() is { } line && line.TrimEnd() != "---"; length += line.Length)
        {
            if (length > MaxBytes) throw new InvalidDataException("its front matter does not end");
            lines.Add(line);
        }

        return lines.TrueForAll(string.IsNullOrWhiteSpace) ? null : string.Join('\n', lines);
    }

    private static CardSubset Subset(List<(string Key, object Value)> config)
    {
        object? Value(string key) => config.Find(p => p.Key == key).Value;
        var folder = Value("data_dir") is string { Length: > 0 } f ? f.Trim('/') + "/" : "";
        var files = Value("data_files") switch
        {
            string pattern => [("train", pattern)],
            List<object> list => list.SelectMany(Patterns),
            List<(string Key, object Value)> splits => splits.SelectMany(s => Texts(s.Value).Select(p => (s.Key, p))),
            _ => folder.Length > 0 ? [("train", Everything)] : Enumerable.Empty<(string, string)>(),
        };
        return new CardSubset(Value("config_name") as string ?? "default", Value("default") is "true", [.. files.Select(p => (p.Item1, folder + p.Item2))]);
    }

    private static IEnumerable<(string Split, string Pattern)> Patterns(object item) => item switch
    {
        string pattern => [("train", pattern)],
        List<(string Key, object Value)> entry => Texts(entry.Find(p => p.Key == "path").Value).Select(p => (entry.Find(e => e.Key == "split").Value as string ?? "train", p)),
        _ => [],
    };

    private static IEnumerable<string> Texts(object? value) => value switch
    {
        string text => [text],
        List<object> list => list.OfType<string>(),
        _ => [],
    };

    private static List<(string Key, object Value)> Mapping(Parser parser, int depth)
    {
        var pairs = new List<(string, object)>();
        parser.Consume<MappingStart>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.Consume<Scalar>().Value;
            pairs.Add((key, Node(parser, depth + 1)));
        }

        return pairs;
    }

    private static object Node(Parser parser, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException("it is nested too deep");
        if (parser.TryConsume<Scalar>(out var scalar)) return scalar.Value;
        if (parser.Accept<MappingStart>(out _)) return Mapping(parser, depth);
        parser.Consume<SequenceStart>();
        var list = new List<object>();
        while (!parser.TryConsume<SequenceEnd>(out _)) list.Add(Node(parser, depth + 1));
        return list;
    }
}

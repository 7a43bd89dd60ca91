using System.Globalization;

namespace Hone;

/// <summary>
/// One entry of <c>dataset</c>: <c>path#N</c>, <c>name#N</c> or <c>[hf::|ms::]id[@revision][:subset[:split]]#N</c>.
/// </summary>
/// <param name="Path">A file or folder, a registered name, or an id on a hub without its prefix.</param>
/// <param name="Rows">Rows to take; null for all.</param>
public sealed record DatasetReference(string Path, int? Rows)
{
    /// <summary>The hub that the prefix names; null without a prefix.</summary>
    public HubSite? Site { get; init; }

    /// <summary>Parts of the data set, several with slashes between them; null for the usual one.</summary>
    public string? Subset { get; init; }

    /// <summary>Split of the data set; null for training rows.</summary>
    public string? Split { get; init; }

    /// <summary>
    /// Reads an entry. A file or folder that exists wins, so that a name may hold <c>#</c> and <c>:</c>; a <c>#</c> that no number
    /// follows is part of the name.
    /// </summary>
    public static DatasetReference Parse(string text)
    {
        var readings = Readings(text);
        return readings.Find(r => r.Site is null && (File.Exists(r.Path) || Directory.Exists(r.Path))) ?? readings[^1];
    }

    /// <summary>What the text can mean, the most literal reading first: all of it is a path, then without a count, a split, a subset.</summary>
    public static List<DatasetReference> Readings(string text)
    {
        var (site, rest) = HubId.TakePrefix(text);
        var readings = new List<DatasetReference> { new(rest, null) };
        var mark = rest.LastIndexOf('#');
        if (mark > 0 && int.TryParse(rest.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var rows))
            readings.Add(new DatasetReference(rest[..mark], rows));
        var counted = readings[^1];
        // A single letter before the colon is a drive.
        if (counted.Path.Split(':') is { Length: 2 or 3 } parts && parts.All(p => p.Length > 0) && (site is not null || parts[0].Length > 1))
            readings.Add(counted with { Path = parts[0], Subset = parts[1], Split = parts.ElementAtOrDefault(2) });
        return site is null ? readings : [readings[^1] with { Site = site }];
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        Site switch { HubSite.HuggingFace => "hf::", HubSite.ModelScope => "ms::", _ => "" }
        + Path + (Subset is null ? "" : ":" + Subset) + (Split is null ? "" : ":" + Split)
        + (Rows is null ? "" : string.Create(CultureInfo.InvariantCulture, $"#{Rows}"));
}

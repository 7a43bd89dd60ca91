namespace Hone;

/// <summary>Where models and data sets are published.</summary>
public enum HubSite
{
    /// <summary>huggingface.co, or the mirror that <c>HF_ENDPOINT</c> names.</summary>
    HuggingFace,

    /// <summary>modelscope.cn, or the domain that <c>MODELSCOPE_DOMAIN</c> names.</summary>
    ModelScope,
}

/// <summary>The name of a model or data set on a hub: <c>[hf::|ms::]org/name[@revision]</c>.</summary>
/// <param name="Name"><c>org/name</c>; on Hugging Face some old names have no organisation.</param>
/// <param name="Revision">Branch, tag or commit; null for the hub's main branch.</param>
/// <param name="Site">The hub that the prefix names; null without a prefix.</param>
public readonly record struct HubId(string Name, string? Revision = null, HubSite? Site = null)
{
    private const int MaxPartLength = 96;
    private const int MaxRevisionLength = 200;

    /// <summary>Takes the hub's prefix off: <c>hf::</c> or <c>ms::</c>, in any case.</summary>
    /// <returns>The hub, or null when there is no prefix; and what follows.</returns>
    public static (HubSite? Site, string Name) TakePrefix(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        HubSite? site = text.StartsWith("hf::", StringComparison.OrdinalIgnoreCase) ? HubSite.HuggingFace
            : text.StartsWith("ms::", StringComparison.OrdinalIgnoreCase) ? HubSite.ModelScope
            : null;
        return (site, site is null ? text : text[4..]);
    }

    /// <summary>
    /// Reads a name. Without a prefix it must have an organisation, so that no single word is taken for something to download. What
    /// passes is safe in a path and in an address.
    /// </summary>
    /// <returns>The name, or null when the text is none.</returns>
    public static HubId? Parse(string text)
    {
        var (site, rest) = TakePrefix(text);
        var mark = rest.IndexOf('@', StringComparison.Ordinal);
        var (name, revision) = mark < 0 ? (rest, null) : (rest[..mark], rest[(mark + 1)..]);
        var parts = name.Split('/');
        if (parts.Length > 2 || (parts.Length == 1 && site != HubSite.HuggingFace) || !parts.All(IsPart)) return null;
        return revision is null || IsRevision(revision) ? new HubId(name, revision, site) : null;
    }

    /// <summary>Whether a branch, tag or commit has a name that can stand in a path and an address.</summary>
    public static bool IsRevision(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length <= MaxRevisionLength && text.Split('/').All(IsPart);
    }

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() =>
        Site switch { HubSite.HuggingFace => "hf::", HubSite.ModelScope => "ms::", _ => "" } + Name + (Revision is null ? "" : "@" + Revision);

    /// <summary>Hugging Face's rule for a part of a name; it also keeps <c>..</c> and hidden files out.</summary>
    private static bool IsPart(string part) => part.Length is > 0 and <= MaxPartLength && part[0] is not ('.' or '-') && part[^1] is not ('.' or '-')
        && part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
        && !part.Contains("--", StringComparison.Ordinal) && !part.Contains("..", StringComparison.Ordinal);
}

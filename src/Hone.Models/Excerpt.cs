namespace Hone.Models;

/// <summary>Names from strangers' files as messages show them.</summary>
internal static class Excerpt
{
    private const int MostCharacters = 120;

    /// <summary>The text, or its beginning when it is long.</summary>
    public static string Of(string text) => text.Length <= MostCharacters ? text : text[..(MostCharacters - 1)] + "…";
}

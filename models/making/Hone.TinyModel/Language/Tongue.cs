namespace Hone.TinyModel.Language;

/// <summary>The two languages of the small world.</summary>
internal enum Tongue
{
    /// <summary>English.</summary>
    English,

    /// <summary>Chinese in simplified characters.</summary>
    Chinese,
}

/// <summary>What differs between the two languages besides their words.</summary>
internal static class TongueExtensions
{
    /// <summary>The code used in data files: <c>en</c> or <c>zh</c>.</summary>
    public static string Code(this Tongue tongue) => tongue == Tongue.English ? "en" : "zh";

    /// <summary>The other language.</summary>
    public static Tongue Other(this Tongue tongue) => tongue == Tongue.English ? Tongue.Chinese : Tongue.English;

    /// <summary>Joins sentences: with a space in English, with nothing in Chinese.</summary>
    public static string Join(this Tongue tongue, IEnumerable<string> sentences) =>
        string.Join(tongue == Tongue.English ? " " : "", sentences);
}

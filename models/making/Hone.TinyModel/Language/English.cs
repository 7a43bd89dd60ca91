namespace Hone.TinyModel.Language;

/// <summary>The little English grammar that templates need.</summary>
internal static class English
{
    private static readonly string[] Small =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
        "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ];

    private static readonly string[] Tens = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];

    /// <summary>The word with its indefinite article: "an apple".</summary>
    public static string WithArticle(string word)
    {
        var vowel = "aeiouAEIOU".Contains(word[0], StringComparison.Ordinal);
        return (vowel ? "an " : "a ") + word;
    }

    /// <summary>The text with a capital first letter.</summary>
    public static string Capitalised(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    /// <summary>A number from 0 to 100 in words: "forty-two".</summary>
    public static string Number(int n)
    {
        if (n < 20) return Small[n];
        if (n == 100) return "one hundred";
        return Tens[(n / 10) - 2] + (n % 10 == 0 ? "" : "-" + Small[n % 10]);
    }
}

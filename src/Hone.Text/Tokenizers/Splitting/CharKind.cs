using System.Globalization;
using System.Runtime.CompilerServices;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>The character classes that the published splitting patterns tell apart.</summary>
internal static class CharKind
{
    public const byte Other = 0, Letter = 1, Number = 2, Space = 3, LineBreak = 4;

    /// <summary>The first half of a surrogate pair: the class needs both halves.</summary>
    private const byte HighSurrogate = 5;

    private static readonly byte[] Kinds = Build();

    /// <summary>The class of the character at a position and how many code units it has.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte At(ReadOnlySpan<char> text, int at, out int units)
    {
        var kind = Unsafe.Add(ref Unsafe.AsRef(in Kinds[0]), (nint)text[at]);
        units = 1;
        return kind == HighSurrogate ? OfPair(text, at, out units) : kind;
    }

    /// <summary>Where a run of one class ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int EndOfRun(ReadOnlySpan<char> text, int at, byte kind)
    {
        while (at < text.Length && At(text, at, out var units) == kind) at += units;
        return at;
    }

    /// <summary>Where a run of white space, line breaks included, ends.</summary>
    public static int EndOfSpace(ReadOnlySpan<char> text, int at)
    {
        while (at < text.Length && At(text, at, out _) is Space or LineBreak) at++;
        return at;
    }

    private static byte OfPair(ReadOnlySpan<char> text, int at, out int units)
    {
        units = 1;
        if (at + 1 >= text.Length || !char.IsLowSurrogate(text[at + 1])) return Other;
        units = 2;
        return Of(CharUnicodeInfo.GetUnicodeCategory(char.ConvertToUtf32(text[at], text[at + 1])));
    }

    private static byte Of(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => Letter,
        UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
        _ => Other,
    };

    private static byte[] Build()
    {
        var kinds = new byte[65536];
        for (var c = 0; c < kinds.Length; c++)
        {
            kinds[c] = c is '\r' or '\n' ? LineBreak
                : char.IsWhiteSpace((char)c) ? Space
                : char.IsHighSurrogate((char)c) ? HighSurrogate
                : Of(CharUnicodeInfo.GetUnicodeCategory(c));
        }

        return kinds;
    }
}

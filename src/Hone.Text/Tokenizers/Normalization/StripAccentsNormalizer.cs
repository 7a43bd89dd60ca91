using System.Globalization;
using System.Text;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Removes combining marks that stand on their own (after NFD: accents).</summary>
internal sealed class StripAccentsNormalizer : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (!IsMark(Rune.GetUnicodeCategory(rune))) output.AppendCodePoint(rune.Value);
        }

        return true;
    }

    private static bool IsMark(UnicodeCategory category) =>
        category is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}

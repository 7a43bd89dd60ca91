using System.Text;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Lower-cases character by character.</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            // The one character whose lower case is two characters.
            if (rune.Value == 0x130) output.Append("i\u0307");
            else output.AppendCodePoint(Rune.ToLowerInvariant(rune).Value);
        }

        return true;
    }
}

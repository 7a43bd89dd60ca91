using System.Buffers;
using System.Text;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>The Unicode normalisation forms NFC, NFD, NFKC and NFKD (UAX #15).</summary>
internal sealed class UnicodeNormalizer(bool compatible, bool compose) : Normalizer
{
    private const int HangulFirst = 0xAC00, HangulCount = 11172, LeadFirst = 0x1100, VowelFirst = 0x1161, TrailBefore = 0x11A7;
    private const int LeadCount = 19, VowelCount = 21, TrailCount = 28;

    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        // Below U+0300 everything is composed already; ASCII is unchanged in every form.
        var first = text.IndexOfAnyExceptInRange('\0', compose && !compatible ? '\u02FF' : '\u007F');
        if (first < 0) return false;
        if (compose && !compatible && !MayChange(text[first..])) return false;
        var codePoints = Decompose(text);
        Reorder(codePoints);
        var count = compose ? Compose(codePoints) : codePoints.Count;
        for (var i = 0; i < count; i++) output.AppendCodePoint(codePoints[i]);
        if (!output.Span.SequenceEqual(text)) return true;
        output.Clear();
        return false;
    }

    private static bool MayChange(ReadOnlySpan<char> text)
    {
        var data = UnicodeData.Instance;
        foreach (var c in text)
        {
            if (c >= 0x300 && data.ComposedMayChange(c)) return true;
        }

        return false;
    }

    private List<int> Decompose(ReadOnlySpan<char> text)
    {
        var result = new List<int>(text.Length + 8);
        while (!text.IsEmpty)
        {
            // A lone surrogate comes out as U+FFFD, the replacement character.
            if (Rune.DecodeFromUtf16(text, out var rune, out var used) != OperationStatus.Done) rune = Rune.ReplacementChar;
            text = text[used..];
            DecomposeInto(rune.Value, result);
        }

        return result;
    }

    private void DecomposeInto(int c, List<int> result)
    {
        if (c < 0x80)
        {
            result.Add(c);
            return;
        }

        var hangul = c - HangulFirst;
        if ((uint)hangul < HangulCount)
        {
            result.Add(LeadFirst + hangul / (VowelCount * TrailCount));
            result.Add(VowelFirst + hangul % (VowelCount * TrailCount) / TrailCount);
            if (hangul % TrailCount != 0) result.Add(TrailBefore + hangul % TrailCount);
            return;
        }

        if (UnicodeData.Instance.DecompositionOf(c, compatible) is not { } parts)
        {
            result.Add(c);
            return;
        }

        foreach (var part in parts) DecomposeInto(part, result);
    }

    /// <summary>Sorts runs of combining marks by class, stably; a long hostile run must not cost its square.</summary>
    private static void Reorder(List<int> codePoints)
    {
        var data = UnicodeData.Instance;
        for (var i = 0; i < codePoints.Count;)
        {
            if (codePoints[i] < 0x300 || data.ClassOf(codePoints[i]) == 0)
            {
                i++;
                continue;
            }

            var end = i + 1;
            while (end < codePoints.Count && data.ClassOf(codePoints[end]) != 0) end++;
            if (end - i > 1)
            {
                var sorted = codePoints.GetRange(i, end - i).OrderBy(data.ClassOf).ToArray();
                for (var k = 0; k < sorted.Length; k++) codePoints[i + k] = sorted[k];
            }

            i = end;
        }
    }

    private static int Compose(List<int> codePoints)
    {
        var data = UnicodeData.Instance;
        int count = 0, starter = -1, lastClass = -1;
        for (var i = 0; i < codePoints.Count; i++)
        {
            var c = codePoints[i];
            var combining = c < 0x300 ? 0 : data.ClassOf(c);
            if (starter >= 0 && lastClass < combining)
            {
                var composed = ComposePair(data, codePoints[starter], c);
                if (composed >= 0)
                {
                    codePoints[starter] = composed;
                    continue;
                }
            }

            lastClass = combining;
            if (combining == 0)
            {
                starter = count;
                lastClass = -1;
            }

            codePoints[count++] = c;
        }

        return count;
    }

    private static int ComposePair(UnicodeData data, int first, int second)
    {
        if ((uint)(first - LeadFirst) < LeadCount && (uint)(second - VowelFirst) < VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TrailCount;
        var hangul = first - HangulFirst;
        if ((uint)hangul < HangulCount && hangul % TrailCount == 0 && (uint)(second - TrailBefore - 1) < TrailCount - 1)
            return first + second - TrailBefore;
        return data.Compose(first, second);
    }
}

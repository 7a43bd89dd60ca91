using System.Text;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>Rewrites what Oniguruma and .NET spell differently: possessive quantifiers and <c>\h</c>.</summary>
internal static class OnigurumaPattern
{
    /// <summary>The pattern in .NET's spelling.</summary>
    public static string ToDotNet(string pattern)
    {
        var result = new StringBuilder(pattern.Length + 16);
        var groups = new Stack<int>();
        var atom = 0;
        for (var i = 0; i < pattern.Length;)
        {
            var c = pattern[i];
            if (c is '?' or '*' or '+' or '{')
            {
                i = Quantifier(pattern, i, result, atom);
                continue;
            }

            var end = EndOfAtom(pattern, i);
            if (c == '(')
            {
                groups.Push(result.Length);
                // The question mark of "(?:" is no quantifier.
                end = i + 1 < pattern.Length && pattern[i + 1] == '?' ? i + 2 : end;
            }

            atom = c == ')' && groups.Count > 0 ? groups.Pop() : result.Length;
            result.Append(Spelling(pattern[i..end]));
            i = end;
        }

        return result.ToString();
    }

    private static string Spelling(string atom) => atom switch
    {
        @"\h" => "[0-9a-fA-F]",
        @"\H" => "[^0-9a-fA-F]",
        _ => atom,
    };

    private static int Quantifier(string pattern, int at, StringBuilder result, int atom)
    {
        var end = at + 1;
        if (pattern[at] == '{')
        {
            var close = pattern.IndexOf('}', at);
            end = close < 0 ? end : close + 1;
        }

        result.Append(pattern, at, end - at);
        if (end < pattern.Length && pattern[end] == '+')
        {
            // Behind braces Oniguruma's plus is not possessive: it repeats the whole.
            var isInterval = pattern[at] == '{';
            result.Insert(atom, isInterval ? "(?:" : "(?>").Append(isInterval ? ")+" : ")");
            return end + 1;
        }

        if (end < pattern.Length && pattern[end] == '?')
        {
            result.Append('?');
            end++;
        }

        return end;
    }

    private static int EndOfAtom(string pattern, int at)
    {
        if (pattern[at] == '\\') return EndOfEscape(pattern, at);
        if (pattern[at] != '[') return at + 1;
        var end = at + 1;
        if (end < pattern.Length && pattern[end] == '^') end++;
        if (end < pattern.Length && pattern[end] == ']') end++;
        while (end < pattern.Length && pattern[end] != ']') end += pattern[end] == '\\' ? 2 : 1;
        return Math.Min(end + 1, pattern.Length);
    }

    private static int EndOfEscape(string pattern, int at)
    {
        if (at + 2 < pattern.Length && pattern[at + 1] is 'p' or 'P' && pattern[at + 2] == '{')
        {
            var close = pattern.IndexOf('}', at);
            if (close > 0) return close + 1;
        }

        return Math.Min(at + 2, pattern.Length);
    }
}

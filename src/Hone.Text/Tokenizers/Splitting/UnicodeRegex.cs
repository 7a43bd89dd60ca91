using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>
/// A regular expression written for Oniguruma, run by .NET's engine. .NET matches code units, not characters, so text beyond
/// the BMP is matched in a shadow with one stand-in of the same general category for each character. A pattern that has read
/// much text is compiled: for a prompt that would take longer than it saves.
/// </summary>
internal sealed class UnicodeRegex
{
    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a pattern may be to be compiled, which takes time and memory that grow with it.</summary>
    private const int LongestCompiled = 1000;

    /// <summary>Text that is matched before a pattern is compiled.</summary>
    private const long CharsBeforeCompiling = 1 << 18;

    private static readonly char[] StandIns = BuildStandIns();
    private readonly string _pattern;
    private Regex _regex;
    private long _charsRead;

    /// <summary>Translates a pattern.</summary>
    /// <exception cref="HoneException">.NET does not understand it.</exception>
    public UnicodeRegex(string pattern)
    {
        _pattern = pattern;
        if (pattern.Length > 10_000 || pattern.Any(char.IsSurrogate))
            throw new HoneException(ExitCode.Model, "The tokenizer's splitting pattern is too long or names characters beyond U+FFFF.", pattern.Length > 200 ? null : pattern);
        try
        {
            _regex = Parse(RegexOptions.None);
        }
        catch (ArgumentException e)
        {
            throw new HoneException(ExitCode.Model, "The tokenizer's splitting pattern is not supported.", pattern, null, e);
        }
    }

    /// <summary>Whether it has read enough to be compiled.</summary>
    internal bool IsCompiled => Volatile.Read(ref _regex).Options.HasFlag(RegexOptions.Compiled);

    /// <summary>Adds the (start, end) of all matches that are not empty.</summary>
    /// <exception cref="HoneException">The pattern takes unreasonably long on this text.</exception>
    public void FindAll(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        if (_charsRead < CharsBeforeCompiling) CountAndCompile(text.Length);
        try
        {
            if (!text.ContainsAnyInRange('\uD800', '\uDFFF')) Find(text, matches);
            else FindInShadow(text, matches);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new HoneException(ExitCode.Model, "The tokenizer's splitting pattern takes too long on a text.", _pattern, null, e);
        }
    }

    /// <summary>Several threads may count; the one whose text crosses the border compiles.</summary>
    private void CountAndCompile(int length)
    {
        var read = Interlocked.Add(ref _charsRead, length);
        if (read < CharsBeforeCompiling || read - length >= CharsBeforeCompiling || _pattern.Length > LongestCompiled) return;
        Volatile.Write(ref _regex, Parse(RegexOptions.Compiled));
    }

    private Regex Parse(RegexOptions options) => new(OnigurumaPattern.ToDotNet(_pattern), options | RegexOptions.CultureInvariant, MostTime);

    private void Find(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        foreach (var match in _regex.EnumerateMatches(text))
        {
            if (match.Length > 0) matches.Add((match.Index, match.Index + match.Length));
        }
    }

    private void FindInShadow(ReadOnlySpan<char> text, List<(int Start, int End)> matches)
    {
        var shadow = new char[text.Length];
        var starts = new int[text.Length + 1];
        var count = 0;
        for (var at = 0; at < text.Length; count++)
        {
            starts[count] = at;
            var done = Rune.DecodeFromUtf16(text[at..], out var rune, out var units) == OperationStatus.Done;
            shadow[count] = !done ? '\uFFFD' : rune.IsBmp ? (char)rune.Value : StandIns[(int)Rune.GetUnicodeCategory(rune)];
            at += units;
        }

        starts[count] = text.Length;
        var first = matches.Count;
        Find(shadow.AsSpan(0, count), matches);
        for (var i = first; i < matches.Count; i++) matches[i] = (starts[matches[i].Start], starts[matches[i].End]);
    }

    private static char[] BuildStandIns()
    {
        // The last character of a category in the BMP is the least likely to be named by a pattern.
        var standIns = new char[30];
        Array.Fill(standIns, '\uFFFF');
        for (var c = 0; c < 0xD7A4; c++) standIns[(int)CharUnicodeInfo.GetUnicodeCategory(c)] = (char)c;
        for (var c = 0xA000; c < 0xA490; c++) standIns[(int)CharUnicodeInfo.GetUnicodeCategory(c)] = (char)c;
        return standIns;
    }
}

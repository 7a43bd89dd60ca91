using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The methods of texts.</summary>
internal static class TextMethods
{
    private static readonly Dictionary<string, Method<string>> All = new()
    {
        ["upper"] = Maps(text => text.ToUpperInvariant().Replace("ß", "SS")),
        ["lower"] = Maps(text => text.ToLowerInvariant()),
        ["casefold"] = Maps(text => text.ToLowerInvariant().Replace("ß", "ss")),
        ["capitalize"] = Maps(Capitalize),
        ["title"] = Maps(Title),
        ["swapcase"] = Maps(text => string.Create(text.Length, text, static (span, source) =>
        {
            for (var i = 0; i < span.Length; i++) span[i] = char.IsUpper(source[i]) ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
        })),
        ["strip"] = (rendering, text, arguments) => Strip(rendering, text, arguments, true, true),
        ["lstrip"] = (rendering, text, arguments) => Strip(rendering, text, arguments, true, false),
        ["rstrip"] = (rendering, text, arguments) => Strip(rendering, text, arguments, false, true),
        ["split"] = TextSplitting.Split,
        ["rsplit"] = TextSplitting.SplitFromRight,
        ["splitlines"] = TextSplitting.SplitLines,
        ["partition"] = (rendering, text, arguments) => TextSplitting.Partition(rendering, text, arguments, false),
        ["rpartition"] = (rendering, text, arguments) => TextSplitting.Partition(rendering, text, arguments, true),
        ["startswith"] = (rendering, text, arguments) => HasAffix(rendering, text, arguments, true),
        ["endswith"] = (rendering, text, arguments) => HasAffix(rendering, text, arguments, false),
        ["removeprefix"] = (rendering, text, arguments) =>
            arguments.Bind("removeprefix", 1, "prefix").Text(0) is var affix && text.StartsWith(affix, StringComparison.Ordinal) ? rendering.Made(text[affix.Length..]) : text,
        ["removesuffix"] = (rendering, text, arguments) =>
            arguments.Bind("removesuffix", 1, "suffix").Text(0) is var affix && text.EndsWith(affix, StringComparison.Ordinal) ? rendering.Made(text[..^affix.Length]) : text,
        ["replace"] = (rendering, text, arguments) =>
            arguments.Bind("replace", 2, "old", "new", "count") is var bound ? Replace(rendering, text, bound.Text(0), bound.Text(1), bound.Integer(2, -1)) : null,
        ["join"] = (rendering, text, arguments) => Join(rendering, text, arguments.Bind("join", 1, "iterable")[0]),
        ["find"] = (rendering, text, arguments) => TextSearch.Find(rendering, text, arguments, false, false),
        ["rfind"] = (rendering, text, arguments) => TextSearch.Find(rendering, text, arguments, true, false),
        ["index"] = (rendering, text, arguments) => TextSearch.Find(rendering, text, arguments, false, true),
        ["rindex"] = (rendering, text, arguments) => TextSearch.Find(rendering, text, arguments, true, true),
        ["count"] = TextSearch.Count,
        ["zfill"] = (rendering, text, arguments) => ZeroFill(rendering, text, arguments.Bind("zfill", 1, "width").Integer(0, 0)),
        ["ljust"] = (rendering, text, arguments) => Pad(rendering, text, arguments, '<'),
        ["rjust"] = (rendering, text, arguments) => Pad(rendering, text, arguments, '>'),
        ["center"] = (rendering, text, arguments) => Pad(rendering, text, arguments, 'c'),
        ["format"] = TextFormat.Format,
        ["isspace"] = Asks(text => text.Length > 0 && text.All(CodePoints.IsSpace)),
        ["isdigit"] = Asks(text => text.Length > 0 && text.All(char.IsDigit)),
        ["isdecimal"] = Asks(text => text.Length > 0 && text.All(char.IsDigit)),
        ["isnumeric"] = Asks(text => text.Length > 0 && text.All(char.IsNumber)),
        ["isalpha"] = Asks(text => text.Length > 0 && text.All(char.IsLetter)),
        ["isalnum"] = Asks(text => text.Length > 0 && text.All(c => char.IsLetter(c) || char.IsNumber(c))),
        ["isascii"] = Asks(text => text.All(char.IsAscii)),
        ["isupper"] = Asks(text => Tests.IsCased(text, char.IsUpper, char.IsLower)),
        ["islower"] = Asks(text => Tests.IsCased(text, char.IsLower, char.IsUpper)),
        ["istitle"] = Asks(text => text.Any(char.IsLetter) && Title(text) == text),
    };

    public static Method<string>? Find(string name) => All.GetValueOrDefault(name);

    public static string Capitalize(string text)
    {
        if (text.Length == 0) return text;
        var first = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        return text[..first].ToUpperInvariant() + text[first..].ToLowerInvariant();
    }

    public static string Trim(string text, string? characters, bool left, bool right)
    {
        var (start, end) = (0, text.Length);
        while (left && start < end && IsIn(text[start])) start++;
        while (right && end > start && IsIn(text[end - 1])) end--;
        return start == 0 && end == text.Length ? text : text[start..end];
        bool IsIn(char c) => characters is null ? CodePoints.IsSpace(c) : characters.Contains(c);
    }

    public static string Replace(Rendering rendering, string text, string old, string replacement, int count)
    {
        rendering.ChargeText(text.Length);
        if (count == 0) return text;
        if (old.Length == 0) return ReplaceEmpty(rendering, text, replacement, count);
        var found = 0;
        for (var at = text.IndexOf(old, StringComparison.Ordinal); at >= 0 && found != count; at = text.IndexOf(old, at + old.Length, StringComparison.Ordinal)) found++;
        if (found == 0) return text;
        rendering.Reserve(text.Length + (found * (long)(replacement.Length - old.Length)));
        if (count < 0) return text.Replace(old, replacement, StringComparison.Ordinal);
        var parts = text.Split(old, found + 1);
        return string.Join(replacement, parts);
    }

    public static string Join(Rendering rendering, string separator, object? items)
    {
        var texts = new List<string>();
        var length = 0L;
        foreach (var item in Iteration.Items(rendering, items))
        {
            var text = item as string ?? throw new TemplateFailure($"sequence item {texts.Count}: expected str instance, {TypeNames.Of(item)} found");
            length += text.Length + separator.Length;
            texts.Add(text);
        }

        rendering.Reserve(length);
        return string.Join(separator, texts);
    }

    /// <summary>Fills a text up to a width, on the right ('&lt;'), on the left ('&gt;'), or on both sides as a
    /// format ('^') or the method <c>center</c> ('c') does; they put an odd one on different sides.</summary>
    public static string Pad(Rendering rendering, string text, int width, char alignment, string fill)
    {
        rendering.ChargeText(text.Length);
        var missing = width - CodePoints.Count(text);
        if (missing <= 0) return text;
        rendering.Reserve(text.Length + (missing * (long)fill.Length));
        var left = alignment switch
        {
            '<' => 0,
            '>' => missing,
            '^' => missing / 2,
            _ => (missing / 2) + (missing & width & 1),
        };
        return string.Concat(Enumerable.Repeat(fill, left)) + text + string.Concat(Enumerable.Repeat(fill, missing - left));
    }

    private static Method<string> Maps(Func<string, string> map) => (rendering, text, arguments) =>
    {
        arguments.Bind("method", 0);
        return rendering.Made(map(text));
    };

    private static Method<string> Asks(Predicate<string> holds) => (rendering, text, _) =>
    {
        rendering.ChargeText(text.Length * 4L);
        return PythonTruth.Box(holds(text));
    };

    /// <summary>A letter after anything that is not a letter is a capital.</summary>
    private static string Title(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        var inWord = false;
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = inWord ? char.ToLowerInvariant(source[i]) : char.ToUpperInvariant(source[i]);
            inWord = char.IsLetter(source[i]);
        }
    });

    private static string Strip(Rendering rendering, string text, Arguments arguments, bool left, bool right)
    {
        var characters = arguments.Bind("strip", 0, "chars").TextOrNone(0);
        rendering.ChargeText(text.Length * (1L + (characters?.Length ?? 0)));
        return rendering.Made(Trim(text, characters, left, right));
    }

    private static object HasAffix(Rendering rendering, string text, Arguments arguments, bool atStart)
    {
        var bound = arguments.Bind(atStart ? "startswith" : "endswith", 1, "affix", "start", "end");
        if (bound.Has(1)) text = (string)Indexing.Slice(rendering, text, bound[1], bound[2], null)!;
        if (bound[0] is not SequenceValue { Kind: SequenceKind.Tuple } several) return PythonTruth.Box(Matches(bound.Text(0)));
        rendering.Charge(several.Items.Count);
        return PythonTruth.Box(several.Items.Any(item => item is string affix && Matches(affix)));
        bool Matches(string affix)
        {
            rendering.ChargeText(affix.Length);
            return atStart ? text.StartsWith(affix, StringComparison.Ordinal) : text.EndsWith(affix, StringComparison.Ordinal);
        }
    }

    private static string ReplaceEmpty(Rendering rendering, string text, string replacement, int count)
    {
        var units = CodePoints.Split(text);
        rendering.Reserve(text.Length + ((units.Count + 1L) * replacement.Length));
        rendering.Charge(units.Count);
        var limit = count < 0 ? int.MaxValue : count;
        return string.Concat(units.Select((unit, i) => (i < limit ? replacement : "") + unit)) + (units.Count < limit ? replacement : "");
    }

    private static string ZeroFill(Rendering rendering, string text, int width)
    {
        var sign = text.Length > 0 && text[0] is '-' or '+' ? 1 : 0;
        return text[..sign] + Pad(rendering, text[sign..], width - sign, '>', "0");
    }

    private static string Pad(Rendering rendering, string text, Arguments arguments, char alignment)
    {
        var bound = arguments.Bind("just", 1, "width", "fillchar");
        var fill = bound.Has(1) ? bound.Text(1) : " ";
        if (CodePoints.Count(fill) != 1) throw new TemplateFailure("the fill character must be exactly one character long");
        return Pad(rendering, text, bound.Integer(0, 0), alignment, fill);
    }
}

using System.Text;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Filters on texts. Other values are turned into texts first.</summary>
internal static class TextFilters
{
    /// <summary>A filter that does what the method of that name does.</summary>
    public static Filter Method(string name)
    {
        var method = TextMethods.Find(name)!;
        return (rendering, value, arguments) => method(rendering, PythonText.Str(rendering, value), arguments);
    }

    /// <summary>Unlike the method: a word begins after white space, a hyphen or an opening bracket only.</summary>
    public static object? Title(Rendering rendering, object? value, Arguments arguments)
    {
        var text = PythonText.Str(rendering, value).ToLowerInvariant().ToCharArray();
        for (var i = 0; i < text.Length; i++)
        {
            if (i == 0 || CodePoints.IsSpace(text[i - 1]) || text[i - 1] is '-' or '(' or '{' or '[' or '<') text[i] = char.ToUpperInvariant(text[i]);
        }

        return rendering.Made(new string(text));
    }

    public static object? Replace(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("replace", 2, "old", "new", "count");
        return TextMethods.Replace(
            rendering,
            PythonText.Str(rendering, value),
            PythonText.Str(rendering, bound[0]),
            PythonText.Str(rendering, bound[1]),
            bound.IntegerOrNone(2) ?? -1);
    }

    public static object? Indent(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is not string text) throw value is Undefined missing ? missing.Failure() : new TemplateFailure($"indent() wants a string, not '{TypeNames.Of(value)}'");
        var bound = arguments.Bind("indent", 0, "width", "first", "blank");
        var unit = bound[0] as string ?? Arithmetic.Repeat(rendering, " ", bound.Integer(0, 4));
        var (first, blank) = (bound.Truth(1, false), bound.Truth(2, false));
        var lines = TextSplitting.Lines(text + "\n", keepEnds: false);
        rendering.Reserve(text.Length + 1 + (lines.Count * (long)unit.Length));
        var result = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            if (i > 0) result.Append('\n');
            if (i == 0 ? first : blank || lines[i].Length > 0) result.Append(unit);
            result.Append(lines[i]);
        }

        return result.ToString();
    }

    public static object? Center(Rendering rendering, object? value, Arguments arguments) => TextMethods.Pad(
        rendering, PythonText.Str(rendering, value), arguments.Bind("center", 0, "width").Integer(0, 80), 'c', " ");

    public static object? Escape(Rendering rendering, object? value, Arguments arguments) => rendering.Made(PythonText.Str(rendering, value)
        .Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("'", "&#39;").Replace("\"", "&#34;"));

    public static object? Format(Rendering rendering, object? value, Arguments arguments)
    {
        var named = new DictValue(arguments.Named.Length);
        foreach (var (name, item) in arguments.Named) named.Set(name, item);
        if (named.Count > 0 && arguments.Positional.Length > 0)
            throw new TemplateFailure("can't handle positional and keyword arguments at the same time");
        return PercentFormat.Apply(
            rendering,
            PythonText.Str(rendering, value),
            named.Count > 0 ? named : new SequenceValue([.. arguments.Positional], SequenceKind.Tuple));
    }

    public static object? Truncate(Rendering rendering, object? value, Arguments arguments)
    {
        var bound = arguments.Bind("truncate", 0, "length", "killwords", "end", "leeway");
        var text = PythonText.Str(rendering, value);
        var (length, end) = (bound.Integer(0, 255), bound.Has(2) ? bound.Text(2) : "...");
        var room = (long)length - CodePoints.Count(end);
        if (room < 0) throw new TemplateFailure("truncate() wants a length of at least that of its end");
        if (CodePoints.Count(text) <= length + (long)bound.Integer(3, 5)) return text;
        var start = text[..CodePoints.OffsetOf(text, (int)room)];
        var space = bound.Truth(1, false) ? -1 : start.LastIndexOf(' ');
        return rendering.Made((space >= 0 ? start[..space] : start) + end);
    }

    public static object? CountWords(Rendering rendering, object? value, Arguments arguments)
    {
        var text = PythonText.Str(rendering, value);
        rendering.ChargeText(text.Length * 4L);
        var (count, inWord) = (0L, false);
        foreach (var c in text)
        {
            var isWord = char.IsLetterOrDigit(c) || c == '_';
            if (isWord && !inWord) count++;
            inWord = isWord;
        }

        return count;
    }

    public static object? UrlEncode(Rendering rendering, object? value, Arguments arguments)
    {
        if (value is not string text) throw new TemplateFailure("urlencode() wants a string");
        rendering.Reserve(text.Length * 9L);
        return Uri.EscapeDataString(text).Replace("%2F", "/");
    }
}

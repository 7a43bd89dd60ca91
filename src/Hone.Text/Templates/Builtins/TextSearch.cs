using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Finding texts in texts; positions are counted in code points.</summary>
internal static class TextSearch
{
    public static object? Find(Rendering rendering, string text, Arguments arguments, bool fromRight, bool mustExist)
    {
        var bound = arguments.Bind(mustExist ? "index" : "find", 1, "sub", "start", "end");
        var wanted = bound.Text(0);
        rendering.ChargeText(text.Length);
        var (part, start) = (text, 0L);
        if (bound.Has(1))
        {
            var length = CodePoints.Count(text);
            start = bound.IntegerOrNone(1) ?? 0;
            start = Math.Clamp(start < 0 ? start + length : start, 0, length);
            part = (string)Indexing.Slice(rendering, text, start, bound[2], null)!;
        }

        var at = fromRight ? part.LastIndexOf(wanted, StringComparison.Ordinal) : part.IndexOf(wanted, StringComparison.Ordinal);
        if (at >= 0) return start + CodePoints.IndexOf(part, at);
        return mustExist ? throw new TemplateFailure("substring not found") : -1L;
    }

    public static object? Count(Rendering rendering, string text, Arguments arguments)
    {
        var wanted = arguments.Bind("count", 1, "sub").Text(0);
        rendering.ChargeText(text.Length);
        if (wanted.Length == 0) return CodePoints.Count(text) + 1L;
        var count = 0L;
        for (var at = text.IndexOf(wanted, StringComparison.Ordinal); at >= 0; at = text.IndexOf(wanted, at + wanted.Length, StringComparison.Ordinal)) count++;
        return count;
    }
}

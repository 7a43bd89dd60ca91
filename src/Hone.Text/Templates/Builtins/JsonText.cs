using System.Globalization;
using System.Numerics;
using System.Text;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The filter <c>tojson</c> as <c>transformers</c> defines it: Python's <c>json.dumps</c>, not escaped for HTML.</summary>
internal sealed class JsonText
{
    private readonly Rendering rendering;
    private readonly StringBuilder text = new();
    private readonly bool ensureAscii;
    private readonly bool sortKeys;
    private readonly string? indent;
    private readonly string itemSeparator;
    private readonly string keySeparator;

    private JsonText(Rendering rendering, BoundArguments arguments)
    {
        this.rendering = rendering;
        ensureAscii = arguments.Truth(0, false);
        indent = arguments[1] switch
        {
            null => null,
            string unit => unit,
            _ => new string(' ', Math.Clamp(arguments.Integer(1, 0), 0, 1000)),
        };
        (itemSeparator, keySeparator) = Separators(arguments[2], indent is not null);
        sortKeys = arguments.Truth(3, false);
    }

    public static object? Filter(Rendering rendering, object? value, Arguments arguments)
    {
        var writer = new JsonText(rendering, arguments.Bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys"));
        writer.Append(value, 0);
        return rendering.Made(writer.text.ToString());
    }

    private static (string Item, string Key) Separators(object? given, bool indented) => given switch
    {
        null => (indented ? "," : ", ", ": "),
        SequenceValue { Items: [string item, string key] } => (item, key),
        _ => throw new TemplateFailure("tojson() wants two strings as separators"),
    };

    private void Append(object? value, int depth)
    {
        if (depth > Limits.ValueDepth) throw new TemplateFailure("values nest too deeply for tojson");
        rendering.Charge(1);
        if (text.Length > Limits.OutputLength) throw new TemplateFailure("the template makes too much text");
        switch (value)
        {
            case null: text.Append("null"); break;
            case string content: AppendQuoted(content); break;
            case bool or long or double or BigInteger: text.Append(ScalarText(value)); break;
            case DictValue dict: AppendDict(dict, depth); break;
            case SequenceValue { IsListOrTuple: true } sequence:
                AppendAll('[', ']', sequence.Items, depth, item => Append(item, depth + 1));
                break;
            case Undefined: throw new TemplateFailure("Object of type Undefined is not JSON serializable");
            default: throw new TemplateFailure($"Object of type {TypeNames.Of(value)} is not JSON serializable");
        }
    }

    private void AppendDict(DictValue dict, int depth)
    {
        var pairs = dict.Pairs.ToList();
        if (sortKeys) pairs = PythonOrder.Sort(pairs, (a, b) => PythonOrder.Compare(rendering, a.Key, b.Key));
        AppendAll('{', '}', pairs, depth, pair =>
        {
            AppendQuoted(KeyText(pair.Key));
            text.Append(keySeparator);
            Append(pair.Value, depth + 1);
        });
    }

    private void AppendAll<T>(char open, char close, List<T> items, int depth, Action<T> append)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            if (i > 0) text.Append(itemSeparator);
            BreakLine(depth + 1);
            append(items[i]);
        }

        if (items.Count > 0) BreakLine(depth);
        text.Append(close);
    }

    private void BreakLine(int depth)
    {
        if (indent is null) return;
        rendering.ChargeText(indent.Length * (long)depth);
        if (text.Length + (indent.Length * (long)depth) > Limits.OutputLength) throw new TemplateFailure("the template makes too much text");
        text.Append('\n');
        for (var i = 0; i < depth; i++) text.Append(indent);
    }

    private static string KeyText(object? key) => key switch
    {
        string name => name,
        null => "null",
        bool or long or double or BigInteger => ScalarText(key),
        _ => throw new TemplateFailure($"keys must be str, int, float, bool or None, not {TypeNames.Of(key)}"),
    };

    private static string ScalarText(object value) => value switch
    {
        true => "true",
        false => "false",
        double.NaN => "NaN",
        double.PositiveInfinity => "Infinity",
        double.NegativeInfinity => "-Infinity",
        double number => FloatText.Repr(number),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private void AppendQuoted(string content)
    {
        rendering.ChargeText(content.Length);
        text.Append('"');
        var start = 0;
        for (var i = 0; i < content.Length; i++)
        {
            var c = content[i];
            if (c >= ' ' && c != '"' && c != '\\' && (c < 0x7F || !ensureAscii)) continue;
            text.Append(content, start, i - start);
            start = i + 1;
            text.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                '\b' => "\\b",
                '\f' => "\\f",
                _ => $"\\u{(int)c:x4}",
            });
        }

        text.Append(content, start, content.Length - start).Append('"');
    }
}

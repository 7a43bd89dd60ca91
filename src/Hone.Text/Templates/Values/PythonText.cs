using System.Globalization;
using System.Numerics;
using System.Text;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's <c>str</c> and <c>repr</c>.</summary>
internal static class PythonText
{
    public static string Str(Rendering rendering, object? value) => value switch
    {
        string text => text,
        Undefined => "",
        long number => number.ToString(CultureInfo.InvariantCulture),
        _ => Repr(rendering, value),
    };

    public static string Repr(Rendering rendering, object? value)
    {
        var builder = new StringBuilder();
        Append(rendering, builder, value, 0);
        return rendering.Made(builder.ToString());
    }

    private static void Append(Rendering rendering, StringBuilder builder, object? value, int depth)
    {
        if (depth > Limits.ValueDepth) throw new TemplateFailure("values nest too deeply to be printed");
        rendering.Charge(1);
        if (builder.Length > Limits.OutputLength) throw new TemplateFailure("the template makes too much text");
        switch (value)
        {
            case null: builder.Append("None"); break;
            case bool flag: builder.Append(flag ? "True" : "False"); break;
            case long number: builder.Append(number); break;
            case BigInteger number: rendering.Charge(1000); builder.Append(number.ToString(CultureInfo.InvariantCulture)); break;
            case double number: builder.Append(FloatText.Repr(number)); break;
            case string text: rendering.ChargeText(text.Length); Quote(builder, text); break;
            case SequenceValue sequence: AppendSequence(rendering, builder, sequence, depth); break;
            case DictValue dict: AppendDict(rendering, builder, dict, depth); break;
            case NamespaceValue space:
                builder.Append("<Namespace ");
                AppendDict(rendering, builder, space.Attributes, depth);
                builder.Append('>');
                break;
            case RangeValue range:
                builder.Append("range(").Append(range.Start).Append(", ").Append(range.Stop);
                if (range.Step != 1) builder.Append(", ").Append(range.Step);
                builder.Append(')');
                break;
            case Undefined: builder.Append("Undefined"); break;
            default: builder.Append('<').Append(TypeNames.Of(value)).Append('>'); break;
        }
    }

    private static void AppendSequence(Rendering rendering, StringBuilder builder, SequenceValue sequence, int depth)
    {
        var (open, close) = sequence.Kind switch
        {
            SequenceKind.List => ("[", "]"),
            SequenceKind.Tuple => ("(", sequence.Items.Count == 1 ? ",)" : ")"),
            SequenceKind.Generator => ("<generator>", ""),
            _ => (TypeNames.Of(sequence) + "([", "])"),
        };
        builder.Append(open);
        for (var i = 0; i < sequence.Items.Count && !sequence.IsGenerator; i++)
        {
            if (i > 0) builder.Append(", ");
            Append(rendering, builder, sequence.Items[i], depth + 1);
        }

        builder.Append(close);
    }

    private static void AppendDict(Rendering rendering, StringBuilder builder, DictValue dict, int depth)
    {
        var separator = "";
        builder.Append('{');
        foreach (var (key, value) in dict.Pairs)
        {
            builder.Append(separator);
            Append(rendering, builder, key, depth + 1);
            builder.Append(": ");
            Append(rendering, builder, value, depth + 1);
            separator = ", ";
        }

        builder.Append('}');
    }

    private static void Quote(StringBuilder builder, string text)
    {
        var quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        builder.Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            var code = rune.Value;
            if (code == quote || code == '\\') builder.Append('\\').Append((char)code);
            else if (code is >= ' ' and < 0x7F) builder.Append((char)code);
            else if (code is '\n' or '\r' or '\t') builder.Append('\\').Append(code == '\n' ? 'n' : code == '\r' ? 'r' : 't');
            else if (IsPrintable(rune)) builder.Append(rune.ToString());
            else if (code < 0x100) builder.Append("\\x").Append(code.ToString("x2"));
            else if (code < 0x10000) builder.Append("\\u").Append(code.ToString("x4"));
            else builder.Append("\\U").Append(code.ToString("x8"));
        }

        builder.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not
        (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}

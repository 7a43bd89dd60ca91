using System.Text;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Python's <c>'…%s…' % values</c>.</summary>
internal sealed class PercentFormat
{
    private readonly Rendering rendering;
    private readonly string format;
    private readonly object? values;
    private int at;
    private int used;

    private PercentFormat(Rendering rendering, string format, object? values) =>
        (this.rendering, this.format, this.values) = (rendering, format, values);

    public static string Apply(Rendering rendering, string format, object? values)
    {
        var formatter = new PercentFormat(rendering, format, values);
        var text = new StringBuilder();
        while (formatter.at < format.Length)
        {
            var c = format[formatter.at++];
            if (c == '%') text.Append(formatter.Field());
            else text.Append(c);
        }

        if (values is SequenceValue { Kind: SequenceKind.Tuple } tuple ? formatter.used < tuple.Items.Count : values is not (DictValue or SequenceValue) && formatter.used == 0)
            throw new TemplateFailure("not all arguments converted during string formatting");
        return rendering.Made(text.ToString());
    }

    private string Field()
    {
        string? key = null;
        if (at < format.Length && format[at] == '(')
        {
            var end = format.IndexOf(')', at);
            if (end < 0) throw Malformed();
            key = format[(at + 1)..end];
            at = end + 1;
        }

        var flagsStart = at;
        while (at < format.Length && format[at] is '-' or '+' or ' ' or '0' or '#') at++;
        var flags = format[flagsStart..at];
        var width = FormatSpec.Number(format, ref at) ?? 0;
        int? precision = null;
        if (at < format.Length && format[at] == '.')
        {
            at++;
            precision = FormatSpec.Number(format, ref at) ?? 0;
        }

        if (at >= format.Length) throw Malformed();
        var type = format[at++];
        return type == '%' ? "%" : Convert(Take(key), type, flags, width, precision);
    }

    private object? Take(string? key)
    {
        if (key is not null) return values is DictValue dict && dict.TryGet(key, out var found) ? found : throw new TemplateFailure($"KeyError: '{key}'");
        if (values is SequenceValue { Kind: SequenceKind.Tuple } tuple)
            return used < tuple.Items.Count ? tuple.Items[used++] : throw new TemplateFailure("not enough arguments for format string");
        return used++ == 0 ? values : throw new TemplateFailure("not enough arguments for format string");
    }

    private string Convert(object? value, char type, string flags, int width, int? precision)
    {
        var left = flags.Contains('-');
        if (type is 's' or 'r' or 'a' or 'c')
        {
            var text = type is 's' or 'c' ? PythonText.Str(rendering, value) : PythonText.Repr(rendering, value);
            if (precision < CodePoints.Count(text)) text = text[..CodePoints.OffsetOf(text, precision.Value)];
            return TextMethods.Pad(rendering, text, width, left ? '<' : '>', " ");
        }

        if (!Arithmetic.IsNumber(value)) throw new TemplateFailure($"%{type} format: a number is required, not {TypeNames.Of(value)}");
        if (type is 'd' or 'i' or 'u' && value is double real)
            value = double.IsFinite(real) ? Arithmetic.Normal(new System.Numerics.BigInteger(real)) : throw new TemplateFailure("cannot convert float to integer");
        var digits = NumberFormat.Digits(value!, type, precision, false, flags.Contains('#'));
        var sign = NumberFormat.IsNegative(value!) ? "-" : flags.Contains('+') ? "+" : flags.Contains(' ') ? " " : "";
        return flags.Contains('0') && !left
            ? sign + TextMethods.Pad(rendering, digits, width - sign.Length, '>', "0")
            : TextMethods.Pad(rendering, sign + digits, width, left ? '<' : '>', " ");
    }

    private static TemplateFailure Malformed() => new("incomplete format");
}

using System.Globalization;
using System.Text;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>Python's <c>'…{}…'.format(…)</c>.</summary>
internal static class TextFormat
{
    public static object? Format(Rendering rendering, string format, Arguments arguments)
    {
        var text = new StringBuilder();
        var next = 0;
        for (var i = 0; i < format.Length; i++)
        {
            var c = format[i];
            if (c is not ('{' or '}'))
            {
                text.Append(c);
            }
            else if (i + 1 < format.Length && format[i + 1] == c)
            {
                text.Append(c);
                i++;
            }
            else
            {
                var end = c == '{' ? format.IndexOf('}', i) : -1;
                if (end < 0) throw new TemplateFailure($"single '{c}' in a format string");
                text.Append(Field(rendering, format[(i + 1)..end], arguments, ref next));
                i = end;
            }
        }

        return rendering.Made(text.ToString());
    }

    private static string Field(Rendering rendering, string field, Arguments arguments, ref int next)
    {
        var colon = field.IndexOf(':');
        var (name, spec) = colon < 0 ? (field, "") : (field[..colon], field[(colon + 1)..]);
        if (spec.Contains('{')) throw new TemplateFailure("nested fields in a format string are not supported");
        var bang = name.IndexOf('!');
        var conversion = bang < 0 ? "" : name[(bang + 1)..];
        if (bang >= 0) name = name[..bang];
        var value = Lookup(rendering, name, arguments, ref next);
        value = conversion switch
        {
            "" => value,
            "s" => PythonText.Str(rendering, value),
            "r" or "a" => PythonText.Repr(rendering, value),
            _ => throw new TemplateFailure($"unknown conversion '{conversion}' in a format string"),
        };
        return Present(rendering, value, spec);
    }

    /// <summary>A field's value: <c>0.name[key]</c> and the like.</summary>
    private static object? Lookup(Rendering rendering, string path, Arguments arguments, ref int next)
    {
        var end = path.AsSpan().IndexOfAny('.', '[');
        var first = end < 0 ? path : path[..end];
        object? value;
        if (first.Length == 0 || first.All(char.IsAsciiDigit))
        {
            var index = first.Length == 0 ? next++ : first.Length > 6 ? int.MaxValue : int.Parse(first, CultureInfo.InvariantCulture);
            if (index >= arguments.Positional.Length) throw new TemplateFailure("a format string asks for more arguments than it got");
            value = arguments.Positional[index];
        }
        else
        {
            var found = Array.FindIndex(arguments.Named, argument => argument.Key == first);
            if (found < 0) throw new TemplateFailure($"a format string asks for '{first}', which it did not get");
            value = arguments.Named[found].Value;
        }

        while (end >= 0 && end < path.Length)
        {
            var bracket = path[end] == '[';
            var stop = bracket ? path.IndexOf(']', end) : path.AsSpan(end + 1).IndexOfAny('.', '[') is var at and >= 0 ? end + 1 + at : path.Length;
            if (stop < 0) throw new TemplateFailure("a bracket is missing in a format string");
            var key = path[(end + 1)..stop];
            value = !bracket ? Attributes.Get(rendering, value, key)
                : Attributes.GetItem(rendering, value, long.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : key);
            end = bracket ? stop + 1 : stop;
        }

        return value;
    }

    private static string Present(Rendering rendering, object? value, string spec)
    {
        if (spec.Length == 0) return PythonText.Str(rendering, value);
        var parsed = FormatSpec.Parse(spec);
        if (value is string or not (long or double or bool or System.Numerics.BigInteger))
        {
            if (value is not (string or Undefined)) throw new TemplateFailure($"unsupported format string passed to {TypeNames.Of(value)}");
            var text = PythonText.Str(rendering, value);
            if (parsed.Type is not ('\0' or 's')) throw new TemplateFailure($"unknown format code '{parsed.Type}' for object of type 'str'");
            if (parsed.Precision < CodePoints.Count(text)) text = text[..CodePoints.OffsetOf(text, parsed.Precision.Value)];
            return TextMethods.Pad(rendering, text, parsed.Width, parsed.Alignment ?? '<', parsed.Fill);
        }

        var digits = parsed.Type != '\0' ? NumberFormat.Digits(value, parsed.Type, parsed.Precision, parsed.Grouped, parsed.Alternate)
            : value is double real
                ? parsed.Precision is null && !parsed.Grouped ? FloatText.Repr(Math.Abs(real)) : NumberFormat.Digits(value, 'g', parsed.Precision ?? 12, parsed.Grouped, false)
                : NumberFormat.Digits(value, 'd', null, parsed.Grouped, false);
        var sign = NumberFormat.IsNegative(value) ? "-" : parsed.Sign is '+' or ' ' ? parsed.Sign.ToString() : "";
        return parsed.Alignment == '='
            ? sign + TextMethods.Pad(rendering, digits, parsed.Width - sign.Length, '>', parsed.Fill)
            : TextMethods.Pad(rendering, sign + digits, parsed.Width, parsed.Alignment ?? '>', parsed.Fill);
    }
}

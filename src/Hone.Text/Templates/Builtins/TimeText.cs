using System.Globalization;
using System.Text;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Builtins;

/// <summary>Python's <c>strftime</c> in the C locale, for a local time without a zone.</summary>
internal static class TimeText
{
    public static string Format(Rendering rendering, DateTime time, string format)
    {
        rendering.Reserve(format.Length * 4L);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            var unpadded = format[i + 1] == '-' && i + 2 < format.Length;
            if (unpadded) i++;
            var part = Part(rendering, time, format[++i]) ?? "%" + (unpadded ? "-" : "") + format[i];
            text.Append(unpadded && part.Length > 1 && part[0] is '0' or ' ' ? part.TrimStart('0', ' ').PadLeft(1, '0') : part);
        }

        return text.ToString();
    }

    private static string? Part(Rendering rendering, DateTime time, char code)
    {
        var culture = CultureInfo.InvariantCulture;
        return code switch
        {
            'a' => time.ToString("ddd", culture),
            'A' => time.ToString("dddd", culture),
            'b' or 'h' => time.ToString("MMM", culture),
            'B' => time.ToString("MMMM", culture),
            'c' => Format(rendering, time, "%a %b %e %H:%M:%S %Y"),
            'C' => (time.Year / 100).ToString("00", culture),
            'd' => time.ToString("dd", culture),
            'D' or 'x' => Format(rendering, time, "%m/%d/%y"),
            'e' => time.Day.ToString(culture).PadLeft(2),
            'f' => time.ToString("ffffff", culture),
            'F' => Format(rendering, time, "%Y-%m-%d"),
            'G' => ISOWeek.GetYear(time).ToString(culture),
            'H' => time.ToString("HH", culture),
            'I' => time.ToString("hh", culture),
            'j' => time.DayOfYear.ToString("000", culture),
            'm' => time.ToString("MM", culture),
            'M' => time.ToString("mm", culture),
            'n' => "\n",
            'p' => time.Hour < 12 ? "AM" : "PM",
            'r' => Format(rendering, time, "%I:%M:%S %p"),
            'R' => Format(rendering, time, "%H:%M"),
            'S' => time.ToString("ss", culture),
            't' => "\t",
            'T' or 'X' => Format(rendering, time, "%H:%M:%S"),
            'u' => (time.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)time.DayOfWeek).ToString(culture),
            'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", culture),
            'V' => ISOWeek.GetWeekOfYear(time).ToString("00", culture),
            'w' => ((int)time.DayOfWeek).ToString(culture),
            'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", culture),
            'y' => time.ToString("yy", culture),
            'Y' => time.Year.ToString(culture),
            'z' or 'Z' => "",
            '%' => "%",
            _ => null,
        };
    }
}

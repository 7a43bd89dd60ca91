using System.Globalization;

namespace Hone.Data.Readers;

/// <summary>
/// Writes dates and times of binary formats, UTC. The calendar's own types end with the year 9999, which files go beyond; such
/// years have a sign.
/// </summary>
internal static class TimeText
{
    private const long DaySeconds = 86_400;

    /// <summary><c>YYYY-MM-DD</c> of a number of days since 1970.</summary>
    public static string Date(long days)
    {
        // 400 years have always the same length, and with years from March on the leap day is the last.
        var shifted = (Int128)days + 719_468;
        var era = (long)(shifted >= 0 ? shifted / 146_097 : (shifted - 146_096) / 146_097);
        var day = (long)(shifted - ((Int128)era * 146_097));
        var year = (day - (day / 1_460) + (day / 36_524) - (day / 146_096)) / 365;
        var inYear = day - ((365 * year) + (year / 4) - (year / 100));
        var month = ((5 * inYear) + 2) / 153;
        var inMonth = inYear - (((153 * month) + 2) / 5) + 1;
        month += month < 10 ? 3 : -9;
        year += (era * 400) + (month <= 2 ? 1 : 0);
        var sign = year > 9999 ? "+" : year < 0 ? "-" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{Math.Abs(year):0000}-{month:00}-{inMonth:00}");
    }

    /// <summary><c>HH:MM:SS</c>, with a fraction where there is one.</summary>
    /// <param name="value">Time since midnight.</param>
    /// <param name="unitsPerSecond">A power of ten.</param>
    public static string TimeOfDay(long value, long unitsPerSecond)
    {
        var (seconds, fraction) = Divide(value, unitsPerSecond);
        var text = string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:00}:{seconds / 60 % 60:00}:{seconds % 60:00}");
        if (fraction == 0) return text;
        var digits = unitsPerSecond.ToString(CultureInfo.InvariantCulture).Length - 1;
        return text + "." + fraction.ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0').TrimEnd('0');
    }

    /// <summary><c>YYYY-MM-DD HH:MM:SS</c>, with a fraction where there is one.</summary>
    /// <param name="value">Time since 1970.</param>
    /// <param name="unitsPerSecond">A power of ten.</param>
    public static string Timestamp(long value, long unitsPerSecond)
    {
        var (seconds, fraction) = Divide(value, unitsPerSecond);
        var (days, time) = Divide(seconds, DaySeconds);
        return Date(days) + " " + TimeOfDay((time * unitsPerSecond) + fraction, unitsPerSecond);
    }

    private static (long Quotient, long Remainder) Divide(long value, long by)
    {
        var (quotient, rest) = Math.DivRem(value, by);
        return rest < 0 ? (quotient - 1, rest + by) : (quotient, rest);
    }
}

using System.Globalization;

namespace Hone.Cli;

/// <summary>Numbers as people read them.</summary>
internal static class Figures
{
    /// <summary><c>4.6 M</c>, <c>1.2 B</c>.</summary>
    public static string Count(double n) => n switch
    {
        >= 1e9 => Text($"{n / 1e9:F2} B"),
        >= 1e6 => Text($"{n / 1e6:F2} M"),
        >= 1e4 => Text($"{n / 1e3:F0} k"),
        _ => Text($"{n:N0}"),
    };

    /// <summary><c>42 s</c>, <c>3 min 20 s</c>, <c>2 h 05 min</c>.</summary>
    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 90 => Text($"{Math.Max(1, time.TotalSeconds):F0} s"),
        < 3600 => Text($"{(int)time.TotalMinutes} min {time.Seconds:D2} s"),
        _ => Text($"{(int)time.TotalHours} h {time.Minutes:D2} min"),
    };

    /// <summary><c>85 ms</c>, <c>3.4 s</c>.</summary>
    public static string Seconds(TimeSpan time) => time.TotalSeconds < 1 ? Text($"{time.TotalMilliseconds:F0} ms") : Text($"{time.TotalSeconds:F1} s");

    /// <summary><c>12.5 GFLOP</c>, <c>3.40 TFLOP</c>.</summary>
    public static string Operations(double n) => n switch
    {
        >= 1e15 => Text($"{n / 1e15:F2} PFLOP"),
        >= 1e12 => Text($"{n / 1e12:F2} TFLOP"),
        _ => Text($"{n / 1e9:F1} GFLOP"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

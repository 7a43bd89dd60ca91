using System.Globalization;

namespace Hone;

/// <summary>Bytes as people read them.</summary>
public static class ByteCount
{
    /// <summary><c>640 B</c>, <c>1.5 KiB</c>, <c>312.0 MiB</c>, <c>1.25 GiB</c>.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 1L << 30 => Text($"{bytes / (double)(1L << 30):F2} GiB"),
        >= 1L << 20 => Text($"{bytes / (double)(1L << 20):F1} MiB"),
        >= 1L << 10 => Text($"{bytes / 1024.0:F1} KiB"),
        _ => Text($"{bytes} B"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

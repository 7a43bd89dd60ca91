using System.Globalization;

namespace Hone.Cli;

/// <summary>
/// Writes a step's figures into one line of at most so many columns; the least telling ones go first when it is narrow.
/// Works in buffers of its own, so that a step allocates nothing.
/// </summary>
internal sealed class ProgressLine
{
    private const int FieldCount = 8;

    /// <summary>What stays longest when the line is narrow, as indices of <see cref="WriteField"/>.</summary>
    private static readonly int[] s_priority = [0, 1, 7, 5, 2, 4, 3, 6];

    private readonly char[] _fields = new char[FieldCount * 40];
    private readonly int[] _lengths = new int[FieldCount];
    private readonly bool[] _kept = new bool[FieldCount];
    private readonly char[] _line = new char[FieldCount * 42];

    /// <summary>The line; valid until the next call.</summary>
    public ReadOnlySpan<char> Format(in StepProgress progress, int width)
    {
        var used = 0;
        Array.Clear(_kept);
        foreach (var field in s_priority)
        {
            _lengths[field] = WriteField(Field(field), field, progress);
            if (_lengths[field] == 0) continue;
            var needed = _lengths[field] + (used == 0 ? 0 : 2);
            // Once something has no room, nothing less telling takes its place: the line must not flicker as figures grow.
            if (used + needed > width) break;
            used += needed;
            _kept[field] = true;
        }

        return Join();
    }

    private ReadOnlySpan<char> Join()
    {
        var length = 0;
        for (var field = 0; field < FieldCount; field++)
        {
            if (!_kept[field]) continue;
            if (length > 0)
            {
                _line[length++] = ' ';
                _line[length++] = ' ';
            }

            Field(field)[.._lengths[field]].CopyTo(_line.AsSpan(length));
            length += _lengths[field];
        }

        return _line.AsSpan(0, length);
    }

    private Span<char> Field(int field) => _fields.AsSpan(field * 40, 40);

    private static int WriteField(Span<char> to, int field, in StepProgress p) => field switch
    {
        0 => Write(to, "step ", p.Step, "0", "/") is var n ? n + Write(to[n..], "", p.TotalSteps, "0", "") : 0,
        1 => Write(to, "loss ", p.Loss, "0.0000", ""),
        2 => Write(to, "acc ", 100 * p.TokenAccuracy, "0.0", "%"),
        3 => Write(to, "grad ", p.GradNorm, p.GradNorm is >= 0.01 and < 1e6 ? "0.000" : "0.00e-0", ""),
        4 => Write(to, "lr ", p.LearningRate, "0.00e-0", ""),
        5 => Write(to, "", p.TokensPerSecond, "N0", " tok/s"),
        6 => Write(to, "", 100 * p.PeakShare, "0", "% of peak"),
        _ => p.Remaining is { } left ? WriteTime(to, left) : 0,
    };

    private static int WriteTime(Span<char> to, TimeSpan left)
    {
        var seconds = Math.Ceiling(Math.Max(0, left.TotalSeconds));
        var hours = Math.Floor(seconds / 3600);
        var minutes = Math.Floor(seconds / 60) - (60 * hours);
        var length = hours > 0 ? Write(to, "", hours, "0", ":") : 0;
        length += Write(to[length..], "", minutes, hours > 0 ? "00" : "0", ":");
        return length + Write(to[length..], "", seconds % 60, "00", " left");
    }

    /// <summary>Writes prefix, number and suffix: formatted straight into the buffer, since an interpolated string may box its parts.</summary>
    /// <returns>Characters written; 0 when the number is not known or has no room.</returns>
    private static int Write(Span<char> to, string prefix, double value, string format, string suffix)
    {
        if (double.IsNaN(value)) return 0;
        prefix.CopyTo(to);
        if (!value.TryFormat(to[prefix.Length..], out var digits, format, CultureInfo.InvariantCulture)) return 0;
        var end = prefix.Length + digits;
        return suffix.TryCopyTo(to[end..]) ? end + suffix.Length : 0;
    }
}

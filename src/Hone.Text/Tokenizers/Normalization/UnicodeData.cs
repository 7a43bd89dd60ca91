using System.Globalization;

namespace Hone.Text.Tokenizers.Normalization;

/// <summary>
/// Decompositions, compositions and combining classes. The process runs with invariant globalization, where
/// <see cref="string.Normalize()"/> silently changes nothing, so the data comes with the assembly.
/// </summary>
internal sealed class UnicodeData
{
    private static readonly Lazy<UnicodeData> Loaded = new(() => new UnicodeData());
    private readonly Dictionary<int, int[]> _canonical = [];
    private readonly Dictionary<int, int[]> _compatible = [];
    private readonly Dictionary<long, int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];
    private readonly ulong[] _composedMayChange = new ulong[65536 / 64];

    private UnicodeData()
    {
        using var stream = typeof(UnicodeData).Assembly.GetManifestResourceStream("UnicodeNormalization.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('#')) continue;
            if (line.StartsWith("cc ", StringComparison.Ordinal)) ReadClass(line.Split(' '));
            else ReadDecomposition(line.Split(' '));
        }

        // Hangul vowels and trailing consonants compose with what precedes them.
        for (var c = 0x1161; c <= 0x11C2; c++) Mark(c);
    }

    public static UnicodeData Instance => Loaded.Value;

    /// <summary>False for characters that NFC leaves alone whatever surrounds them.</summary>
    public bool ComposedMayChange(char c) => (_composedMayChange[c >> 6] >> (c & 63) & 1) != 0;

    /// <summary>The canonical combining class; 0 for starters.</summary>
    public int ClassOf(int codePoint) => _classes.GetValueOrDefault(codePoint);

    /// <summary>One step of decomposition, or null.</summary>
    public int[]? DecompositionOf(int codePoint, bool compatible)
    {
        if (_canonical.TryGetValue(codePoint, out var parts)) return parts;
        return compatible && _compatible.TryGetValue(codePoint, out parts) ? parts : null;
    }

    /// <summary>The character that two characters compose to, or -1.</summary>
    public int Compose(int first, int second) =>
        _compositions.TryGetValue(((long)first << 32) | (uint)second, out var composed) ? composed : -1;

    private static int Hex(ReadOnlySpan<char> digits) => int.Parse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private void ReadClass(string[] fields)
    {
        var dash = fields[1].IndexOf('-', StringComparison.Ordinal);
        var first = Hex(dash < 0 ? fields[1] : fields[1].AsSpan(0, dash));
        var last = dash < 0 ? first : Hex(fields[1].AsSpan(dash + 1));
        for (var c = first; c <= last; c++)
        {
            _classes[c] = byte.Parse(fields[2], CultureInfo.InvariantCulture);
            Mark(c);
        }
    }

    private void ReadDecomposition(string[] fields)
    {
        var codePoint = Hex(fields[0]);
        var parts = fields[2..].Select(f => Hex(f)).ToArray();
        if (fields[1] == "~")
        {
            _compatible[codePoint] = parts;
            return;
        }

        _canonical[codePoint] = parts;
        if (fields[1] == "!")
        {
            Mark(codePoint);
            return;
        }

        _compositions[((long)parts[0] << 32) | (uint)parts[1]] = codePoint;
        Mark(parts[1]);
    }

    private void Mark(int codePoint)
    {
        // Characters beyond the BMP always take the slow way: their surrogates are marked below.
        if (codePoint < 65536) _composedMayChange[codePoint >> 6] |= 1ul << (codePoint & 63);
        else _composedMayChange[CharOf(codePoint) >> 6] |= 1ul << (CharOf(codePoint) & 63);
    }

    private static int CharOf(int codePoint) => 0xD800 + ((codePoint - 0x10000) >> 10);
}

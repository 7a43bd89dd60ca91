using System.Text;

namespace Hone.Text.Tokenizers.Models;

/// <summary>The tokens <c>&lt;0x00&gt;</c> to <c>&lt;0xFF&gt;</c> that spell characters outside the vocabulary.</summary>
internal sealed class ByteFallback
{
    private readonly int[] _ids = new int[256];

    public ByteFallback(Vocabulary vocabulary)
    {
        for (var b = 0; b < 256; b++) _ids[b] = vocabulary.Find(Encoding.UTF8.GetBytes($"<0x{b:X2}>"));
    }

    /// <summary>Appends the bytes of a character; false, appending nothing, when a byte has no token.</summary>
    public bool TryAppend(Rune rune, MergeWorkspace work)
    {
        Span<byte> utf8 = stackalloc byte[4];
        utf8 = utf8[..rune.EncodeToUtf8(utf8)];
        foreach (var b in utf8)
        {
            if (_ids[b] < 0) return false;
        }

        foreach (var b in utf8) work.Add(_ids[b]);
        return true;
    }

    /// <summary>The byte that a token's text spells, or -1.</summary>
    public static int ByteOf(ReadOnlySpan<char> token) =>
        token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && char.IsAsciiHexDigit(token[3]) && char.IsAsciiHexDigit(token[4])
            ? Convert.ToInt32(token[3..5].ToString(), 16)
            : -1;
}

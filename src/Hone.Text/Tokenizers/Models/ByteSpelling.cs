using System.Text;

namespace Hone.Text.Tokenizers.Models;

/// <summary>
/// GPT-2's spelling of bytes: printable Latin-1 characters stand for themselves, the other bytes for U+0100 onwards, in order.
/// </summary>
internal static class ByteSpelling
{
    private static readonly char[] Chars = Build();
    private static readonly short[] Bytes = Invert();

    /// <summary>The character for a byte.</summary>
    public static char CharOf(byte value) => Chars[value];

    /// <summary>The byte for a character, or -1.</summary>
    public static int ByteOf(char c) => c < Bytes.Length ? Bytes[c] : -1;

    /// <summary>Writes bytes in this spelling, as UTF-8; returns its length, at most twice the bytes'.</summary>
    public static int Spell(ReadOnlySpan<byte> bytes, Span<byte> utf8)
    {
        var length = 0;
        foreach (var b in bytes)
        {
            var c = Chars[b];
            if (c < 0x80)
            {
                utf8[length++] = (byte)c;
                continue;
            }

            utf8[length++] = (byte)(0xC0 | c >> 6);
            utf8[length++] = (byte)(0x80 | c & 0x3F);
        }

        return length;
    }

    /// <summary>The bytes that a spelled token stands for; a token with any other character stands for its own UTF-8.</summary>
    public static byte[] Unspell(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            var value = ByteOf(token[i]);
            if (value < 0) return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private static char[] Build()
    {
        var chars = new char[256];
        var next = '\u0100';
        for (var b = 0; b < 256; b++)
            chars[b] = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : next++;
        return chars;
    }

    private static short[] Invert()
    {
        var bytes = new short[0x144];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++) bytes[Chars[b]] = (short)b;
        return bytes;
    }
}

using System.Buffers;
using System.Text;

namespace Hone.Text.Tokenizers.Decoding;

/// <summary>
/// Decoding where tokens are text, except those that are single bytes. A run of bytes is held back until it ends, because
/// what it decodes to can depend on all of it.
/// </summary>
internal sealed class PieceDecoding(DecoderSpec spec, TokenTexts texts, bool skipSpecialTokens) : TokenDecoding
{
    private readonly List<byte> _run = [];
    private bool _first = true;
    private int _toStrip = spec.StripCount;

    public override void Append(int id, StringBuilder output)
    {
        if (skipSpecialTokens && texts.IsSpecial(id) || texts.TokenOf(id) is not { } token) return;
        var first = _first;
        _first = false;
        var value = spec.ByteFallback ? Models.ByteFallback.ByteOf(token) : -1;
        if (value >= 0)
        {
            _run.Add((byte)value);
            return;
        }

        EndRun(output);
        if (!first) Emit(spec.Separator, output);
        if (first && spec.FirstRewrite is { } rewrite) token = rewrite(token);
        foreach (var step in spec.Rewrites) token = step(token);
        Emit(token, output);
    }

    public override void Flush(StringBuilder output)
    {
        EndRun(output);
        _first = true;
        _toStrip = spec.StripCount;
    }

    private void Emit(ReadOnlySpan<char> text, StringBuilder output)
    {
        while (_toStrip > 0 && !text.IsEmpty)
        {
            if (text[0] != spec.StripChar)
            {
                _toStrip = 0;
                break;
            }

            text = text[1..];
            _toStrip--;
        }

        output.Append(text);
    }

    private void EndRun(StringBuilder output)
    {
        if (_run.Count == 0) return;
        ReadOnlySpan<byte> bytes = _run.ToArray();
        _run.Clear();
        if (spec.BrokenRunIsLost && !System.Text.Unicode.Utf8.IsValid(bytes))
        {
            Emit(new string('\uFFFD', bytes.Length), output);
            return;
        }

        Span<char> chars = stackalloc char[2];
        while (!bytes.IsEmpty)
        {
            var done = Rune.DecodeFromUtf8(bytes, out var rune, out var used) == OperationStatus.Done;
            Emit(done ? chars[..rune.EncodeToUtf16(chars)] : "\uFFFD", output);
            bytes = bytes[(done ? used : 1)..];
        }
    }
}

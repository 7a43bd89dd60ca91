using System.Text;

namespace Hone.Cli;

/// <summary>Splits text into lines as it arrives, and refuses a line that would fill the memory.</summary>
internal sealed class LongLineReader(TextReader text, int maxLength)
{
    private readonly char[] _chunk = new char[1 << 14];
    private readonly StringBuilder _line = new();
    private int _position;
    private int _filled;

    /// <summary>The next line without its end; null after the last one.</summary>
    /// <exception cref="InvalidDataException">The line is too long.</exception>
    public string? Next()
    {
        _line.Clear();
        while (true)
        {
            if (_position == _filled)
            {
                (_position, _filled) = (0, text.Read(_chunk, 0, _chunk.Length));
                if (_filled == 0) return _line.Length > 0 ? _line.ToString() : null;
            }

            var rest = _chunk.AsSpan(_position, _filled - _position);
            var end = rest.IndexOf('\n');
            var part = end < 0 ? rest : rest[..end];
            if (part.Length > maxLength - _line.Length) throw new InvalidDataException($"the line is longer than {maxLength >> 20} Mi characters");
            _line.Append(part);
            _position += part.Length + (end < 0 ? 0 : 1);
            if (end >= 0) return _line.ToString();
        }
    }
}

using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Syntax;

/// <summary>
/// Cuts a template into tokens. White space around tags is handled as in Jinja with <c>trim_blocks</c> and
/// <c>lstrip_blocks</c>: the line break after a statement or comment goes, and so does the indentation before one that
/// stands first on its line; <c>-</c> takes all white space on its side, <c>+</c> keeps it.
/// </summary>
internal sealed class Lexer
{
    private readonly string source;
    private readonly List<Token> tokens = [];
    private readonly Dictionary<string, string> names;
    private int at;
    private int line = 1;
    private int lineAt;

    /// <summary>Whether what was read last ended a line, so that only white space can come before a tag on its line.</summary>
    private bool lineStarts = true;

    private Lexer(string source, Dictionary<string, string> names) => (this.source, this.names) = (source, names);

    /// <summary>Line ends become line feeds, and one at the very end goes.</summary>
    public static string Normalize(string source)
    {
        var text = source.Contains('\r') ? source.Replace("\r\n", "\n").Replace('\r', '\n') : source;
        return text.EndsWith('\n') ? text[..^1] : text;
    }

    /// <summary>Cuts a normalized source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="names">The name pool: equal names become the same object.</param>
    public static List<Token> Tokenize(string source, Dictionary<string, string> names)
    {
        var lexer = new Lexer(source, names);
        while (lexer.at < source.Length) lexer.ReadData();
        lexer.Add(TokenKind.End, "", source.Length);
        return lexer.tokens;
    }

    private void ReadData()
    {
        var open = FindTag(at);
        if (open < 0)
        {
            AddData(at, source.Length);
            at = source.Length;
            return;
        }

        var sign = SignAt(open + 2);
        AddData(at, DataEnd(at, open, sign, source[open + 1] != '{'));
        at = open + 2 + (sign == '\0' ? 0 : 1);
        lineStarts = false;
        switch (source[open + 1])
        {
            case '#': SkipComment(open); break;
            case '{': ReadTag(open, TokenKind.VariableBegin, TokenKind.VariableEnd, "}}"); break;
            default:
                if (!TryReadRaw(open)) ReadTag(open, TokenKind.BlockBegin, TokenKind.BlockEnd, "%}");
                break;
        }
    }

    private int FindTag(int from)
    {
        for (var open = source.IndexOf('{', from); open >= 0 && open + 1 < source.Length; open = source.IndexOf('{', open + 1))
        {
            if (source[open + 1] is '{' or '%' or '#') return open;
        }

        return -1;
    }

    private char SignAt(int position) => position < source.Length && source[position] is '-' or '+' ? source[position] : '\0';

    /// <summary>Where the text before a tag ends once white space is taken off.</summary>
    private int DataEnd(int start, int tag, char sign, bool stripsIndentation)
    {
        var end = tag;
        while (end > start && CodePoints.IsSpace(source[end - 1]) && (sign == '-' || source[end - 1] != '\n')) end--;
        if (sign == '-') return end;
        var fromLineStart = end > start ? source[end - 1] == '\n' : lineStarts;
        return sign == '\0' && stripsIndentation && fromLineStart ? end : tag;
    }

    private void SkipComment(int open)
    {
        var end = source.IndexOf("#}", at, StringComparison.Ordinal);
        if (end < 0) throw new TemplateSyntaxException("a comment is not closed: '#}' is missing", open);
        var minus = end > at && source[end - 1] == '-';
        var plus = end > at && source[end - 1] == '+';
        CloseTag(end + 2, minus ? '-' : plus ? '+' : '\0', trimsLineBreak: true);
    }

    /// <summary>Moves past a tag's end and the white space that goes with it.</summary>
    private void CloseTag(int end, char sign, bool trimsLineBreak)
    {
        at = end;
        if (sign == '-')
        {
            while (at < source.Length && CodePoints.IsSpace(source[at])) at++;
        }
        else if (sign == '\0' && trimsLineBreak && at < source.Length && source[at] == '\n')
        {
            at++;
        }

        lineStarts = source[at - 1] == '\n';
    }

    /// <summary><c>{% raw %}…{% endraw %}</c>: what is between is text.</summary>
    private bool TryReadRaw(int open)
    {
        if (!MatchesRawTag(at, "raw", out var start, out var startSign) || startSign == '+') return false;
        CloseTag(start, startSign, trimsLineBreak: false);
        for (var tag = source.IndexOf("{%", at, StringComparison.Ordinal); tag >= 0; tag = source.IndexOf("{%", tag + 1, StringComparison.Ordinal))
        {
            var sign = SignAt(tag + 2);
            if (!MatchesRawTag(tag + 2 + (sign == '\0' ? 0 : 1), "endraw", out var end, out var endSign)) continue;
            AddData(at, DataEnd(at, tag, sign, true));
            CloseTag(end, endSign, trimsLineBreak: true);
            return true;
        }

        throw new TemplateSyntaxException("a raw block is not closed: '{% endraw %}' is missing", open);
    }

    private bool MatchesRawTag(int from, string word, out int end, out char sign)
    {
        (end, sign) = (from, '\0');
        while (end < source.Length && CodePoints.IsSpace(source[end])) end++;
        if (string.CompareOrdinal(source, end, word, 0, word.Length) != 0) return false;
        end += word.Length;
        while (end < source.Length && CodePoints.IsSpace(source[end])) end++;
        sign = SignAt(end);
        if (sign != '\0') end++;
        if (string.CompareOrdinal(source, end, "%}", 0, 2) != 0) return false;
        end += 2;
        return true;
    }

    private void ReadTag(int open, TokenKind begin, TokenKind end, string close)
    {
        Add(begin, close == "}}" ? "{{" : "{%", open);
        var brackets = new Stack<char>();
        while (true)
        {
            while (at < source.Length && CodePoints.IsSpace(source[at])) at++;
            if (at >= source.Length) throw new TemplateSyntaxException($"a tag is not closed: '{close}' is missing", open);
            if (brackets.Count == 0 && IsClose(close, out var sign))
            {
                Add(end, close, at);
                CloseTag(at + (sign == '\0' ? 2 : 3), sign, trimsLineBreak: close == "%}");
                return;
            }

            ReadToken(brackets);
        }
    }

    private bool IsClose(string close, out char sign)
    {
        sign = source[at] == '-' || (source[at] == '+' && close == "%}") ? source[at] : '\0';
        return string.CompareOrdinal(source, sign == '\0' ? at : at + 1, close, 0, 2) == 0;
    }

    private void ReadToken(Stack<char> brackets)
    {
        var (start, first) = (at, source[at]);
        if (char.IsLetter(first) || first == '_')
        {
            while (at < source.Length && (char.IsLetterOrDigit(source[at]) || source[at] == '_')) at++;
            Add(TokenKind.Name, Pooled(source[start..at]), start);
        }
        else if (char.IsAsciiDigit(first))
        {
            var value = Literals.ReadNumber(source, ref at);
            tokens.Add(new Token(TokenKind.Number, source[start..at], value, start, LineOf(start)));
        }
        else if (first is '"' or '\'')
        {
            Add(TokenKind.Text, Literals.ReadText(source, ref at), start);
        }
        else
        {
            var symbol = Symbols.At(source, at) ?? throw new TemplateSyntaxException($"unexpected character '{first}'", at);
            Balance(brackets, symbol);
            at += symbol.Length;
            Add(TokenKind.Operator, symbol, start);
        }
    }

    private void Balance(Stack<char> brackets, string symbol)
    {
        switch (symbol[0])
        {
            case '(': brackets.Push(')'); break;
            case '[': brackets.Push(']'); break;
            case '{': brackets.Push('}'); break;
            case ')' or ']' or '}':
                if (brackets.Count == 0) throw new TemplateSyntaxException($"unexpected '{symbol}'", at);
                var expected = brackets.Pop();
                if (expected != symbol[0]) throw new TemplateSyntaxException($"unexpected '{symbol}', expected '{expected}'", at);
                break;
        }
    }

    private string Pooled(string name)
    {
        if (names.TryGetValue(name, out var pooled)) return pooled;
        names.Add(name, name);
        return name;
    }

    private void AddData(int start, int end)
    {
        if (end > start) Add(TokenKind.Data, source[start..end], start);
    }

    private void Add(TokenKind kind, string text, int position) =>
        tokens.Add(new Token(kind, text, null, position, LineOf(position)));

    /// <summary>Tokens come in order, so lines are counted on from the last one.</summary>
    private int LineOf(int position)
    {
        line += source.AsSpan(lineAt, position - lineAt).Count('\n');
        lineAt = position;
        return line;
    }
}

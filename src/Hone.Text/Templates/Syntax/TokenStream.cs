using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Syntax;

/// <summary>The tokens of a template and the position of the parser, shared by the parsers of statements and expressions.</summary>
internal sealed class TokenStream(List<Token> tokens)
{
    private int position;
    private int depth;

    public Token Current => tokens[position];

    public Token Following => tokens[Math.Min(position + 1, tokens.Count - 1)];

    /// <summary>Takes the current token. The last, which ends the template, stays.</summary>
    public Token Take()
    {
        var token = tokens[position];
        if (position < tokens.Count - 1) position++;
        return token;
    }

    public bool TryTakeName(string name)
    {
        if (!Current.IsName(name)) return false;
        Take();
        return true;
    }

    public bool TryTakeOperator(string symbol)
    {
        if (!Current.IsOperator(symbol)) return false;
        Take();
        return true;
    }

    public Token Expect(TokenKind kind, string expected) => Current.Kind == kind ? Take() : throw Unexpected(expected);

    public void ExpectOperator(string symbol)
    {
        if (!TryTakeOperator(symbol)) throw Unexpected($"'{symbol}'");
    }

    /// <summary>Counts a level of nesting; <see cref="Leave"/> takes it back.</summary>
    public void Enter()
    {
        if (++depth > Limits.ParseDepth) throw new TemplateSyntaxException("the template nests too deeply", Current.Position);
    }

    public void Leave() => depth--;

    public TemplateSyntaxException Unexpected(string expected) =>
        new($"found {Current.Describe()}, expected {expected}", Current.Position);
}

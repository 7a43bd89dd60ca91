using Hone.Text.Templates.Nodes;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Syntax;

/// <summary>Parses expressions, from the loosest operator to the tightest.</summary>
internal sealed class ExpressionParser(TokenStream stream)
{
    private static readonly string[] ComparisonSymbols = ["==", "!=", "<", "<=", ">", ">="];

    /// <summary>What the macro being parsed mentions; null outside of macros.</summary>
    public MacroUse? Macro { get; set; }

    /// <summary>An expression, or several with commas between, which make a tuple.</summary>
    public Expression ParseTuple(bool allowsConditional = true, bool inParentheses = false)
    {
        stream.Enter();
        var items = new List<Expression>();
        var isTuple = false;
        while (!IsTupleEnd())
        {
            items.Add(ParseExpression(allowsConditional));
            if (!stream.TryTakeOperator(",")) break;
            isTuple = true;
        }

        stream.Leave();
        if (isTuple || (items.Count == 0 && inParentheses)) return new SequenceLiteral([.. items], SequenceKind.Tuple);
        return items.Count == 1 ? items[0] : throw stream.Unexpected("an expression");
    }

    public Expression ParseExpression(bool allowsConditional = true)
    {
        stream.Enter();
        var expression = ParseOr();
        while (allowsConditional && stream.TryTakeName("if"))
        {
            var condition = ParseOr();
            expression = new Conditional(condition, expression, stream.TryTakeName("else") ? ParseExpression() : null);
        }

        stream.Leave();
        return expression;
    }

    /// <summary><c>a, b</c> of <c>for</c> and <c>set</c>, perhaps with <c>space.name</c> among them.</summary>
    public Target ParseTarget(bool allowsTuple = true)
    {
        stream.Enter();
        var targets = new List<Target>();
        var isTuple = false;
        do
        {
            if (targets.Count > 0 && (IsTupleEnd() || stream.Current.IsName("in") || stream.Current.IsOperator("="))) break;
            targets.Add(ParseSingleTarget());
            isTuple |= allowsTuple && stream.Current.IsOperator(",");
        }
        while (allowsTuple && stream.TryTakeOperator(","));
        stream.Leave();
        return isTuple ? new TupleTarget([.. targets]) : targets[0];
    }

    /// <summary>One or more filters of <c>{% filter %}</c> and <c>{% set %}</c>, the first without its bar.</summary>
    public FilterCall ParseFilterChain(bool startsWithBar)
    {
        if (startsWithBar) stream.ExpectOperator("|");
        var chain = ParseFilter(null);
        while (stream.TryTakeOperator("|")) chain = ParseFilter(chain);
        return chain;
    }

    private Target ParseSingleTarget()
    {
        if (stream.TryTakeOperator("("))
        {
            var inner = ParseTarget();
            stream.ExpectOperator(")");
            return inner;
        }

        var name = stream.Expect(TokenKind.Name, "a variable");
        if (name.Text is "true" or "false" or "none" or "True" or "False" or "None")
            throw new TemplateSyntaxException($"can't assign to '{name.Text}'", name.Position);
        if (!stream.TryTakeOperator(".")) return new NameTarget(name.Text);
        Macro?.Note(name.Text);
        return new NamespaceTarget(new Name(name.Text), stream.Expect(TokenKind.Name, "a name").Text);
    }

    private bool IsTupleEnd() =>
        stream.Current.Kind is TokenKind.VariableEnd or TokenKind.BlockEnd or TokenKind.End || stream.Current.IsOperator(")");

    private Expression ParseOr()
    {
        var left = ParseAnd();
        while (stream.TryTakeName("or")) left = new Or(left, ParseAnd());
        return left;
    }

    private Expression ParseAnd()
    {
        var left = ParseNot();
        while (stream.TryTakeName("and")) left = new And(left, ParseNot());
        return left;
    }

    private Expression ParseNot()
    {
        if (!stream.TryTakeName("not")) return ParseComparison();
        stream.Enter();
        var negated = new Not(ParseNot());
        stream.Leave();
        return negated;
    }

    private Expression ParseComparison()
    {
        var first = ParseSum();
        List<(string, Expression)>? links = null;
        while (TakeComparison() is { } operation) (links ??= []).Add((operation, ParseSum()));
        return links is null ? first : new Comparison(first, [.. links]);
    }

    private string? TakeComparison()
    {
        if (stream.Current.Kind == TokenKind.Operator && ComparisonSymbols.Contains(stream.Current.Text)) return stream.Take().Text;
        if (stream.TryTakeName("in")) return "in";
        if (!stream.Current.IsName("not") || !stream.Following.IsName("in")) return null;
        stream.Take();
        stream.Take();
        return "not in";
    }

    private Expression ParseSum() => ParseLeftToRight(ParseConcatenation, "+", "-");

    private Expression ParseConcatenation()
    {
        var first = ParseProduct();
        if (!stream.Current.IsOperator("~")) return first;
        var parts = new List<Expression> { first };
        while (stream.TryTakeOperator("~")) parts.Add(ParseProduct());
        return new Concatenation([.. parts]);
    }

    private Expression ParseProduct() => ParseLeftToRight(ParsePower, "*", "/", "//", "%");

    private Expression ParsePower() => ParseLeftToRight(() => ParseUnary(), "**");

    private Expression ParseLeftToRight(Func<Expression> operand, params ReadOnlySpan<string> symbols)
    {
        var left = operand();
        while (stream.Current.Kind == TokenKind.Operator && symbols.Contains(stream.Current.Text))
            left = new Binary(stream.Take().Text, left, operand());
        return left;
    }

    private Expression ParseUnary(bool allowsFilters = true)
    {
        stream.Enter();
        Expression operand;
        if (stream.TryTakeOperator("-")) operand = new Negative(ParseUnary(false));
        else if (stream.TryTakeOperator("+")) operand = new Positive(ParseUnary(false));
        else operand = ParsePrimary();
        operand = ParsePostfix(operand);
        if (allowsFilters) operand = ParseFiltersAndTests(operand);
        stream.Leave();
        return operand;
    }

    private Expression ParsePrimary()
    {
        var token = stream.Current;
        switch (token.Kind)
        {
            case TokenKind.Name:
                stream.Take();
                return NameOrConstant(token);
            case TokenKind.Text:
                var text = stream.Take().Text;
                if (stream.Current.Kind != TokenKind.Text) return new Constant(text);
                var parts = new List<string> { text };
                while (stream.Current.Kind == TokenKind.Text) parts.Add(stream.Take().Text);
                return new Constant(string.Concat(parts));
            case TokenKind.Number:
                return new Constant(stream.Take().Value);
        }

        if (stream.TryTakeOperator("("))
        {
            var inner = ParseTuple(inParentheses: true);
            stream.ExpectOperator(")");
            return inner;
        }

        if (stream.TryTakeOperator("[")) return new SequenceLiteral([.. ParseItems("]", () => ParseExpression())], SequenceKind.List);
        if (stream.TryTakeOperator("{")) return new DictLiteral([.. ParseItems("}", ParseEntry)]);
        throw stream.Unexpected("an expression");
    }

    private Expression NameOrConstant(Token token)
    {
        switch (token.Text)
        {
            case "true" or "True": return new Constant(PythonTruth.True);
            case "false" or "False": return new Constant(PythonTruth.False);
            case "none" or "None": return new Constant(null);
        }

        Macro?.Note(token.Text);
        return new Name(token.Text);
    }

    private (Expression, Expression) ParseEntry()
    {
        var key = ParseExpression();
        stream.ExpectOperator(":");
        return (key, ParseExpression());
    }

    private List<T> ParseItems<T>(string close, Func<T> parseItem)
    {
        var items = new List<T>();
        while (!stream.TryTakeOperator(close))
        {
            if (items.Count > 0) stream.ExpectOperator(",");
            if (stream.TryTakeOperator(close)) break;
            items.Add(parseItem());
        }

        return items;
    }

    private Expression ParsePostfix(Expression operand)
    {
        while (true)
        {
            if (stream.TryTakeOperator(".")) operand = ParseAttribute(operand);
            else if (stream.TryTakeOperator("[")) operand = ParseSubscript(operand);
            else if (stream.Current.IsOperator("(")) operand = new Call(operand, ParseArguments());
            else return operand;
        }
    }

    private Expression ParseAttribute(Expression operand)
    {
        var token = stream.Take();
        return token.Kind switch
        {
            TokenKind.Name => new AttributeAccess(operand, token.Text),
            TokenKind.Number when token.Value is long => new ItemAccess(operand, new Constant(token.Value)),
            _ => throw new TemplateSyntaxException("expected a name or number after '.'", token.Position),
        };
    }

    private Expression ParseSubscript(Expression operand)
    {
        var start = stream.Current.IsOperator(":") ? null : ParseTuple();
        if (stream.TryTakeOperator("]")) return new ItemAccess(operand, start!);
        stream.ExpectOperator(":");
        var stop = IsSlicePartMissing() ? null : ParseExpression();
        var step = stream.TryTakeOperator(":") && !IsSlicePartMissing() ? ParseExpression() : null;
        stream.ExpectOperator("]");
        return new SliceAccess(operand, start, stop, step);
    }

    private bool IsSlicePartMissing() => stream.Current.IsOperator(":") || stream.Current.IsOperator("]");

    private Expression ParseFiltersAndTests(Expression operand)
    {
        while (true)
        {
            if (stream.TryTakeOperator("|")) operand = ParseFilter(operand);
            else if (stream.Current.IsName("is")) operand = ParseTest(operand);
            else if (stream.Current.IsOperator("(")) operand = new Call(operand, ParseArguments());
            else return operand;
        }
    }

    private FilterCall ParseFilter(Expression? input)
    {
        var name = ParseDottedName();
        return new FilterCall(input, name, stream.Current.IsOperator("(") ? ParseArguments() : ArgumentList.None);
    }

    private Expression ParseTest(Expression input)
    {
        stream.Take();
        var negated = stream.TryTakeName("not");
        var name = ParseDottedName();
        var arguments = ArgumentList.None;
        if (stream.Current.IsOperator("("))
        {
            arguments = ParseArguments();
        }
        else if (StartsTestArgument())
        {
            if (stream.Current.IsName("is")) throw stream.Unexpected("no second 'is'");
            stream.Enter();
            arguments = new ArgumentList([ParsePostfix(ParsePrimary())], [], null, null);
            stream.Leave();
        }

        var test = new TestCall(input, name, arguments);
        return negated ? new Not(test) : test;
    }

    private bool StartsTestArgument() => stream.Current.Kind switch
    {
        TokenKind.Name => stream.Current.Text is not ("else" or "or" or "and"),
        TokenKind.Text or TokenKind.Number => true,
        _ => stream.Current.IsOperator("[") || stream.Current.IsOperator("{"),
    };

    private string ParseDottedName()
    {
        var name = stream.Expect(TokenKind.Name, "a name").Text;
        while (stream.TryTakeOperator(".")) name += "." + stream.Expect(TokenKind.Name, "a name").Text;
        return name;
    }

    private ArgumentList ParseArguments()
    {
        stream.ExpectOperator("(");
        var positional = new List<Expression>();
        var named = new List<(string, Expression)>();
        Expression? rest = null;
        Expression? moreNamed = null;
        ParseItems(")", () =>
        {
            var token = stream.Current;
            var first = rest is null && moreNamed is null;
            if (stream.TryTakeOperator("*") && first) rest = ParseExpression();
            else if (stream.TryTakeOperator("**") && moreNamed is null) moreNamed = ParseExpression();
            else if (token.Kind == TokenKind.Name && stream.Following.IsOperator("=") && moreNamed is null) named.Add(ParseNamed());
            else if (token.Kind != TokenKind.Operator || token.Text is not ("*" or "**"))
            {
                if (!first || named.Count > 0) throw new TemplateSyntaxException("a positional argument comes after others", token.Position);
                positional.Add(ParseExpression());
            }
            else throw new TemplateSyntaxException("'*' or '**' comes twice or in the wrong order", token.Position);
            return token;
        });
        return new ArgumentList([.. positional], [.. named], rest, moreNamed);
    }

    private (string, Expression) ParseNamed()
    {
        var name = stream.Take().Text;
        stream.Take();
        return (name, ParseExpression());
    }
}

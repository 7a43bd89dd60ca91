using Hone.Text.Templates.Nodes;

namespace Hone.Text.Templates.Syntax;

/// <summary>Parses a template into statements.</summary>
internal sealed class Parser
{
    private readonly TokenStream stream;
    private readonly ExpressionParser expressions;
    private int loops;
    private int openedAt;

    private Parser(TokenStream stream) => (this.stream, expressions) = (stream, new ExpressionParser(stream));

    private bool MarksAssistant { get; set; }

    /// <summary>Parses a normalized source.</summary>
    /// <param name="source">The source.</param>
    /// <param name="names">The name pool, to be filled.</param>
    public static (Statement[] Body, bool MarksAssistant) Parse(string source, Dictionary<string, string> names)
    {
        foreach (var special in (string[])["loop", "caller", "kwargs", "varargs"]) names.Add(special, special);
        var parser = new Parser(new TokenStream(Lexer.Tokenize(source, names)));
        var body = parser.ParseBody();
        return (body, parser.MarksAssistant);
    }

    /// <summary>Statements up to one of <paramref name="ends"/>, whose name is then current; to the end when there is none.</summary>
    private Statement[] ParseBody(params ReadOnlySpan<string> ends)
    {
        stream.Enter();
        var opened = openedAt;
        var body = new List<Statement>();
        while (true)
        {
            var token = stream.Take();
            if (token.Kind == TokenKind.End)
            {
                if (ends.Length > 0) throw new TemplateSyntaxException($"'{{% {ends[^1]} %}}' is missing", opened);
                break;
            }

            if (token.Kind == TokenKind.Data)
            {
                body.Add(new LiteralText(token.Text) { Line = token.Line });
            }
            else if (token.Kind == TokenKind.VariableBegin)
            {
                body.Add(new Output(expressions.ParseTuple()) { Line = token.Line });
                stream.Expect(TokenKind.VariableEnd, "'}}'");
            }
            else
            {
                if (stream.Current.Kind == TokenKind.Name && ends.Contains(stream.Current.Text)) break;
                body.Add(ParseStatement(token.Line));
                stream.Expect(TokenKind.BlockEnd, "'%}'");
            }
        }

        stream.Leave();
        openedAt = stream.Current.Position;
        return [.. body];
    }

    /// <summary>The body between the end of the opening tag and the name of the closing one, which is taken too.</summary>
    private Statement[] ParseBlock(string end)
    {
        stream.Expect(TokenKind.BlockEnd, "'%}'");
        var body = ParseBody(end);
        stream.Take();
        return body;
    }

    /// <summary>A body that loop controls can't leave, since it is rendered on its own.</summary>
    private Statement[] ParseClosedBlock(string end)
    {
        var outer = loops;
        loops = 0;
        var body = ParseBlock(end);
        loops = outer;
        return body;
    }

    private Statement ParseStatement(int line)
    {
        var name = stream.Expect(TokenKind.Name, "the name of a statement");
        openedAt = name.Position;
        switch (name.Text)
        {
            case "for": return ParseFor(line);
            case "if": return ParseIf(line);
            case "set": return ParseSet(line);
            case "macro": return ParseMacro(line);
            case "call": return ParseCall(line);
            case "with": return ParseWith(line);
            case "filter": return new FilterBlock(expressions.ParseFilterChain(startsWithBar: false), ParseClosedBlock("endfilter")) { Line = line };
            case "generation":
                MarksAssistant = true;
                return new Generation(ParseClosedBlock("endgeneration")) { Line = line };
            case "break" or "continue":
                if (loops == 0) throw new TemplateSyntaxException($"'{name.Text}' is outside of a loop", name.Position);
                return new LoopControl(name.Text == "break" ? Flow.Break : Flow.Continue) { Line = line };
            case "block" or "extends" or "include" or "import" or "from":
                throw new TemplateSyntaxException($"'{name.Text}' needs other template files, which a chat template has not", name.Position);
            default:
                throw new TemplateSyntaxException($"there is no statement '{name.Text}' here", name.Position);
        }
    }

    private For ParseFor(int line)
    {
        var target = expressions.ParseTarget();
        if (!stream.TryTakeName("in")) throw stream.Unexpected("'in'");
        var items = expressions.ParseTuple(allowsConditional: false);
        var filter = stream.TryTakeName("if") ? expressions.ParseExpression() : null;
        var recursive = stream.TryTakeName("recursive");
        stream.Expect(TokenKind.BlockEnd, "'%}'");
        loops++;
        var body = ParseBody("else", "endfor");
        loops--;
        Statement[] otherwise = [];
        if (stream.Take().Text == "else") otherwise = ParseBlock("endfor");
        return new For(target, items, filter, recursive, body, otherwise) { Line = line };
    }

    private If ParseIf(int line)
    {
        var branches = new List<(Expression?, Statement[])>();
        while (true)
        {
            var condition = expressions.ParseTuple(allowsConditional: false);
            stream.Expect(TokenKind.BlockEnd, "'%}'");
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            var end = stream.Take().Text;
            if (end == "elif") continue;
            if (end == "else") branches.Add((null, ParseBlock("endif")));
            return new If([.. branches]) { Line = line };
        }
    }

    private Statement ParseSet(int line)
    {
        var target = expressions.ParseTarget();
        if (stream.TryTakeOperator("=")) return new Set(target, expressions.ParseTuple()) { Line = line };
        var filter = stream.Current.IsOperator("|") ? expressions.ParseFilterChain(startsWithBar: true) : null;
        return new SetBlock(target, filter, ParseClosedBlock("endset")) { Line = line };
    }

    private Macro ParseMacro(int line)
    {
        var name = stream.Expect(TokenKind.Name, "the macro's name").Text;
        return new Macro(new NameTarget(name), ParseDefinition(name, "endmacro")) { Line = line };
    }

    private CallBlock ParseCall(int line)
    {
        var (outer, use) = (expressions.Macro, new MacroUse());
        expressions.Macro = use;
        var parameters = stream.Current.IsOperator("(") ? ParseParameters() : [];
        expressions.Macro = outer;
        var position = stream.Current.Position;
        if (expressions.ParseExpression() is not Call call) throw new TemplateSyntaxException("expected a call", position);
        return new CallBlock(call, ParseDefinition("caller", "endcall", parameters, use)) { Line = line };
    }

    private MacroDefinition ParseDefinition(string name, string end, Parameter[]? parameters = null, MacroUse? use = null)
    {
        var outer = expressions.Macro;
        expressions.Macro = use ??= new MacroUse();
        parameters ??= ParseParameters();
        var body = ParseClosedBlock(end);
        expressions.Macro = outer;
        return new MacroDefinition(name, parameters, body, use.Caller, use.Keywords, use.Varargs);
    }

    private Parameter[] ParseParameters()
    {
        var parameters = new List<Parameter>();
        stream.ExpectOperator("(");
        while (!stream.TryTakeOperator(")"))
        {
            if (parameters.Count > 0) stream.ExpectOperator(",");
            var name = stream.Expect(TokenKind.Name, "a parameter");
            var hasDefault = stream.TryTakeOperator("=");
            if (!hasDefault && parameters.Count > 0 && parameters[^1].Default is not null)
                throw new TemplateSyntaxException("a parameter without default comes after one with a default", name.Position);
            parameters.Add(new Parameter(name.Text, hasDefault ? expressions.ParseExpression() : null));
        }

        return [.. parameters];
    }

    private With ParseWith(int line)
    {
        var assignments = new List<(Target, Expression)>();
        while (stream.Current.Kind != TokenKind.BlockEnd)
        {
            if (assignments.Count > 0) stream.ExpectOperator(",");
            var target = expressions.ParseTarget(allowsTuple: false);
            stream.ExpectOperator("=");
            assignments.Add((target, expressions.ParseExpression()));
        }

        return new With([.. assignments], ParseBlock("endwith")) { Line = line };
    }
}

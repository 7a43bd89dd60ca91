using System.Text;

namespace Hone.TinyModel.Language;

/// <summary>
/// A sentence with slots. <c>{name}</c> is a value, <c>{a name}</c> a value with its English article, <c>{^name}</c> one with a
/// capital first letter, <c>&lt;one|other&gt;</c> a random choice between pieces that may hold slots themselves.
/// </summary>
internal sealed class Template
{
    private readonly List<Piece> pieces = [];

    private Template(string source) => Source = source;

    /// <summary>The text that the template was read from.</summary>
    public string Source { get; }

    /// <summary>The names of all slots, those inside choices included.</summary>
    public IEnumerable<string> Slots => pieces.SelectMany(piece => piece.Choices is null
        ? piece.Slot is null ? [] : [piece.Slot]
        : piece.Choices.SelectMany(choice => choice.Slots));

    /// <summary>True when the template is one slot and nothing else.</summary>
    public bool IsOneSlot => pieces.Count == 1 && pieces[0].Slot is not null;

    /// <summary>Reads a template; throws <see cref="FormatException"/> when a bracket is not closed.</summary>
    public static Template Parse(string source)
    {
        var template = new Template(source);
        var at = 0;
        while (at < source.Length)
        {
            var close = source[at] switch { '{' => '}', '<' => '>', _ => '\0' };
            if (close == '\0')
            {
                var end = source.AsSpan(at).IndexOfAny('{', '<');
                end = end < 0 ? source.Length : at + end;
                template.pieces.Add(new Piece(source[at..end], null, null, false, false));
                at = end;
                continue;
            }

            var stop = source.IndexOf(close, at);
            if (stop < 0) throw new FormatException($"No '{close}' in template: {source}");
            template.pieces.Add(close == '}' ? SlotOf(source[(at + 1)..stop]) : ChoiceOf(source[(at + 1)..stop]));
            at = stop + 1;
        }

        return template;
    }

    /// <summary>The sentence with every slot filled and every choice made.</summary>
    /// <param name="value">Gives a slot's value by name.</param>
    /// <param name="random">Makes the choices.</param>
    public string Render(Func<string, string> value, RowRandom random)
    {
        var text = new StringBuilder();
        foreach (var piece in pieces)
        {
            if (piece.Choices is not null) text.Append(random.Pick(piece.Choices).Render(value, random));
            else if (piece.Slot is null) text.Append(piece.Literal);
            else text.Append(piece.Shape(value(piece.Slot)));
        }

        return text.ToString();
    }

    private static Piece SlotOf(string inside)
    {
        var capital = inside.StartsWith('^');
        if (capital) inside = inside[1..];
        var article = inside.StartsWith("a ", StringComparison.Ordinal);
        return new Piece("", article ? inside[2..] : inside, null, capital, article);
    }

    private static Piece ChoiceOf(string inside) => new("", null, [.. inside.Split('|').Select(Parse)], false, false);

    private sealed record Piece(string Literal, string? Slot, Template[]? Choices, bool Capital, bool Article)
    {
        public string Shape(string value)
        {
            if (Article) value = English.WithArticle(value);
            return Capital ? English.Capitalised(value) : value;
        }
    }
}

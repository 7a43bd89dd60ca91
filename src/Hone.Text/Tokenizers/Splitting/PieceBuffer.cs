using Hone.Text.Tokenizers.Normalization;

namespace Hone.Text.Tokenizers.Splitting;

/// <summary>The pieces between two steps of a chain of splitters. Steps that rewrite text append it to the buffer.</summary>
internal sealed class PieceBuffer
{
    private List<Piece> _pieces = [];
    private List<Piece> _next = [];

    /// <summary>A range of the buffer; AtStart says that it is the beginning of the whole input.</summary>
    public readonly record struct Piece(int Start, int Length, bool AtStart);

    public CharBuffer Text { get; } = new();

    /// <summary>Matches of the step at work, (start, end) within a piece.</summary>
    public List<(int Start, int End)> Matches { get; } = [];

    public List<Piece> Pieces => _pieces;

    public void Reset(ReadOnlySpan<char> text, bool atStart)
    {
        Text.Clear();
        Text.Append(text);
        _pieces.Clear();
        if (!text.IsEmpty) _pieces.Add(new Piece(0, text.Length, atStart));
    }

    public ReadOnlySpan<char> TextOf(Piece piece) => Text.Span.Slice(piece.Start, piece.Length);

    public void AddNext(Piece parent, int start, int end)
    {
        if (end > start) _next.Add(new Piece(parent.Start + start, end - start, parent.AtStart && start == 0));
    }

    public void AddRewritten(Piece parent, int start) => _next.Add(new Piece(start, Text.Length - start, parent.AtStart));

    public void Advance()
    {
        (_pieces, _next) = (_next, _pieces);
        _next.Clear();
    }
}

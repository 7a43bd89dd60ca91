namespace Hone.Text.Tokenizers.Models;

/// <summary>A set of texts with values, searched by prefix.</summary>
internal sealed class TextTrie
{
    private readonly Dictionary<long, int> _edges = [];
    private readonly List<int> _values = [-1];

    /// <summary>The node to begin with.</summary>
    public const int Root = 0;

    /// <summary>Adds a text; an earlier value for it goes.</summary>
    public void Add(ReadOnlySpan<char> text, int value)
    {
        var node = Root;
        foreach (var c in text)
        {
            if (!_edges.TryGetValue(Edge(node, c), out var next))
            {
                next = _values.Count;
                _values.Add(-1);
                _edges[Edge(node, c)] = next;
            }

            node = next;
        }

        _values[node] = value;
    }

    /// <summary>The node one character on, or -1.</summary>
    public int Step(int node, char c) => _edges.TryGetValue(Edge(node, c), out var next) ? next : -1;

    /// <summary>The value of the text that ends in a node, or -1.</summary>
    public int ValueAt(int node) => _values[node];

    /// <summary>The longest text that <paramref name="text"/> begins with: its length and value, or (0, -1).</summary>
    public (int Length, int Value) Longest(ReadOnlySpan<char> text)
    {
        var found = (0, -1);
        var node = Root;
        for (var i = 0; i < text.Length && (node = Step(node, text[i])) >= 0; i++)
        {
            if (_values[node] >= 0) found = (i + 1, _values[node]);
        }

        return found;
    }

    private static long Edge(int node, char c) => ((long)node << 16) | c;
}

using System.Text;

namespace Hone.Inference;

/// <summary>Passes a growing text on up to the first stop word, and holds back what might be the beginning of one.</summary>
internal sealed class StopWordScanner(IReadOnlyList<string> words)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop word has come; nothing is passed on after it.</summary>
    public bool IsStopped { get; private set; }

    /// <summary>Takes new text and gives what is certain to come before any stop word.</summary>
    public string Append(string piece)
    {
        if (IsStopped || piece.Length == 0) return "";
        if (words.Count == 0) return piece;
        var text = held.Append(piece).ToString();
        held.Clear();
        var first = words.Select(word => text.IndexOf(word, StringComparison.Ordinal)).Where(at => at >= 0).DefaultIfEmpty(-1).Min();
        if (first >= 0)
        {
            IsStopped = true;
            return text[..first];
        }

        var certain = text.Length;
        foreach (var word in words)
        {
            for (var length = Math.Min(word.Length - 1, text.Length); length > 0; length--)
            {
                if (!text.AsSpan(text.Length - length).SequenceEqual(word.AsSpan(0, length))) continue;
                certain = Math.Min(certain, text.Length - length);
                break;
            }
        }

        held.Append(text, certain, text.Length - certain);
        return text[..certain];
    }

    /// <summary>What was held back, when no more text comes.</summary>
    public string Flush()
    {
        if (IsStopped) return "";
        var rest = held.ToString();
        held.Clear();
        return rest;
    }
}

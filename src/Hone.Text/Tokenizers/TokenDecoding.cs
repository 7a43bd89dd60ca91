using System.Text;

namespace Hone.Text.Tokenizers;

/// <summary>The state of turning a sequence of ids into text; whatever is written is final.</summary>
internal abstract class TokenDecoding
{
    /// <summary>Takes one id and appends the text that is certain by now.</summary>
    public abstract void Append(int id, StringBuilder output);

    /// <summary>Appends what is left, bytes of unfinished characters as U+FFFD, and starts anew.</summary>
    public abstract void Flush(StringBuilder output);
}

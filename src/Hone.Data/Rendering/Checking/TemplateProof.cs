namespace Hone.Data.Rendering;

/// <summary>What <see cref="TemplateCheck"/> found out about a conversation. A fault is a short sentence without a full stop; null means proven.</summary>
public sealed record TemplateProof
{
    /// <summary>Why the conversation can't be used with the template at all, or null.</summary>
    public string? Refusal { get; init; }

    /// <summary>Tokens of the conversation.</summary>
    public int Tokens { get; init; }

    /// <summary>Its assistant turns.</summary>
    public int Answers { get; init; }

    /// <summary>Whether white space at the beginning of an answer would become one token with the end of the prompt, were the text encoded as a whole.</summary>
    public bool Split { get; init; }

    /// <summary>Where the segments are not the tokens of the whole rendering.</summary>
    public string? TokenFault { get; init; }

    /// <summary>Where an answer, or the token that ends it, is not learned.</summary>
    public string? EndFault { get; init; }

    /// <summary>Where the text before an answer is not what inference sends.</summary>
    public string? PromptFault { get; init; }

    /// <summary>Where the model's own template gives other tokens; only where it was asked for. It is no fault of the template.</summary>
    public string? OwnFault { get; init; }

    /// <summary>Whether training on the conversation is what inference needs.</summary>
    public bool IsProven => Refusal is null && Fault is null;

    /// <summary>The first of the faults, or null.</summary>
    public string? Fault => TokenFault ?? EndFault ?? PromptFault;
}

namespace Hone.Text.Templates.Runtime;

/// <summary>What one template may cost. Real templates stay orders of magnitude below; hostile ones stop here.</summary>
internal static class Limits
{
    /// <summary>Length of a template's source, in UTF-16 code units.</summary>
    public const int SourceLength = 4 * 1024 * 1024;

    /// <summary>Bytes of a tokenizer's configuration file.</summary>
    public const long ConfigurationBytes = 256L * 1024 * 1024;

    /// <summary>Nested expressions or blocks while parsing.</summary>
    public const int ParseDepth = 150;

    /// <summary>Nested evaluations, macro calls included.</summary>
    public const int EvaluationDepth = 1500;

    /// <summary>Nesting of the values that are read, compared, printed or written as JSON. Python's own limit is near.</summary>
    public const int ValueDepth = 900;

    /// <summary>Nodes evaluated, items visited, and text handled (one step for 64 characters) in one rendering.</summary>
    public const long Steps = 20_000_000;

    /// <summary>Length of the rendered text.</summary>
    public const int OutputLength = 64 * 1024 * 1024;

    /// <summary>Characters of all strings made in one rendering together, so that memory is bounded.</summary>
    public const long CharactersMade = 256L * 1024 * 1024;

    /// <summary>Items of a <c>range</c>; the same as in Jinja's sandbox.</summary>
    public const int RangeLength = 100_000;

    /// <summary>Items of a list that a multiplication makes.</summary>
    public const int RepeatedItems = 1_000_000;

    /// <summary>Items of a tuple that is a key, those of tuples inside it included.</summary>
    public const int KeyItems = 64;

    /// <summary>Size of an integer that arithmetic makes.</summary>
    public const int IntegerBits = 4096;

    /// <summary>Digits of an integer that is read; the same as in Python.</summary>
    public const int IntegerDigits = 4300;
}

namespace Hone.Text.Templates.Values;

/// <summary>Which of Python's sequences a <see cref="SequenceValue"/> stands for.</summary>
internal enum SequenceKind
{
    List,
    Tuple,

    /// <summary>What filters such as <c>map</c> give: it can be walked once and has no length.</summary>
    Generator,
    Keys,
    Values,
    Items,
}

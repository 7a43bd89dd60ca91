namespace Hone.Data.Rendering;

/// <summary>Who speaks in a stretch of rendered text.</summary>
public enum SegmentRole : byte
{
    /// <summary>Nobody: a row of plain text, of segments, or of ids.</summary>
    Text,

    /// <summary>The template, which writes what stands around the messages.</summary>
    Template,

    /// <summary>The text of a system or developer message.</summary>
    System,

    /// <summary>The text of a user's message.</summary>
    User,

    /// <summary>An answer: with all that belongs to it, its end token too, where it is learned; else its text.</summary>
    Assistant,

    /// <summary>What a tool returned.</summary>
    Tool,
}

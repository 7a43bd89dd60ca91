namespace Hone.Data.Rendering;

/// <summary>How a turn that is learned ends.</summary>
public enum TurnEnd
{
    /// <summary>With an end token that is learned, white space behind it aside.</summary>
    Learned,

    /// <summary>With something else: a model that learns it may not know when to stop.</summary>
    Missing,

    /// <summary>Truncation took its end.</summary>
    Cut,

    /// <summary>Truncation took all of it.</summary>
    Gone,
}

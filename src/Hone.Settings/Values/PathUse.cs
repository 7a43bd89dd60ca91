namespace Hone.Settings;

/// <summary>How a setting that holds a path is looked up.</summary>
public enum PathUse
{
    /// <summary>Not a path.</summary>
    None,

    /// <summary>Must exist; a relative one in a configuration file is tried from the current folder, then from the file's.</summary>
    Input,

    /// <summary>As <see cref="Input"/>, with an optional <c>#N</c> at the end that takes N rows.</summary>
    Data,

    /// <summary>Will be written; relative to the current folder.</summary>
    Output,
}

namespace Hone.Settings;

/// <summary>How a setting that holds a path is looked up.</summary>
public enum PathUse
{
    /// <summary>Not a path.</summary>
    None,

    /// <summary>Must exist; a relative one in a configuration file is tried from the current folder, then from the file's.</summary>
    Input,

    /// <summary>
    /// As <see cref="Input"/>, with an optional <c>#N</c> at the end that takes N rows; what does not exist may be a registered name or
    /// an id on a hub.
    /// </summary>
    Data,

    /// <summary>As <see cref="Input"/>; what does not exist may be the id of a model on a hub.</summary>
    Model,

    /// <summary>
    /// A name, or a file that must exist: a text with a separator or with an ending such as <c>.jinja</c> is a file, and is looked up as
    /// <see cref="Input"/>; any other is a name, which is not checked here.
    /// </summary>
    FileOrName,

    /// <summary>Will be written; relative to the current folder.</summary>
    Output,
}

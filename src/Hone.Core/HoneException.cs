namespace Hone;

/// <summary>
/// A failure that the person at the keyboard can understand and mend. The command line prints
/// <see cref="Exception.Message"/> (what happened), <see cref="Where"/> and <see cref="Fix"/>, never a stack trace,
/// and leaves with <see cref="ExitCode"/>.
/// </summary>
public sealed class HoneException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="exitCode">Which documented exit code it maps to.</param>
    /// <param name="what">What happened, one sentence without a final line break.</param>
    /// <param name="where">File, file:row, key, layer or step; null when the sentence already says it.</param>
    /// <param name="fix">What to do next; null when there is nothing useful to say.</param>
    /// <param name="inner">The technical cause, kept for <c>--verbose</c>.</param>
    public HoneException(ExitCode exitCode, string what, string? where = null, string? fix = null, Exception? inner = null)
        : base(what, inner)
    {
        ExitCode = exitCode;
        Where = where;
        Fix = fix;
    }

    /// <summary>The documented exit code.</summary>
    public ExitCode ExitCode { get; }

    /// <summary>File, file:row, key, layer or step.</summary>
    public string? Where { get; }

    /// <summary>What to do next.</summary>
    public string? Fix { get; }
}

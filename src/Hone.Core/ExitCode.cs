namespace Hone;

/// <summary>Process exit codes. They are part of the public contract; scripts test them.</summary>
public enum ExitCode
{
    /// <summary>Done.</summary>
    Done = 0,

    /// <summary>Anything not named below.</summary>
    Other = 1,

    /// <summary>Wrong usage or settings.</summary>
    Usage = 2,

    /// <summary>Bad data: a row, a file of rows, or nothing to learn.</summary>
    Data = 3,

    /// <summary>Bad model files: weights, configuration, tokenizer, template.</summary>
    Model = 4,

    /// <summary>Not enough memory, said before training.</summary>
    Memory = 5,

    /// <summary>Training diverged: a loss or gradient that is not finite.</summary>
    Diverged = 6,

    /// <summary>Interrupted; the state is saved and the run can resume.</summary>
    Interrupted = 75,
}

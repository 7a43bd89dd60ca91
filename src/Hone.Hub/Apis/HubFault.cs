namespace Hone.Hub.Apis;

/// <summary>What kind of failure a request met.</summary>
internal enum FaultKind
{
    /// <summary>No answer, or the server says that it can't answer now.</summary>
    Unreachable,

    /// <summary>401 or 403.</summary>
    Forbidden,

    /// <summary>404.</summary>
    Missing,

    /// <summary>416.</summary>
    WrongRange,

    /// <summary>An answer that breaks the rules of the interface.</summary>
    Nonsense,
}

/// <summary>A request that failed; <see cref="HubRepository"/> turns it into words for a person.</summary>
internal sealed class HubFault(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What kind of failure it is.</summary>
    public FaultKind Kind { get; init; }

    /// <summary>Whether there was no connection at all: waiting long would only keep a person from hearing of it.</summary>
    public bool NeverConnected { get; init; }

    /// <summary>Whether another try may succeed.</summary>
    public bool IsTransient { get; init; }

    /// <summary>How long the server asks to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

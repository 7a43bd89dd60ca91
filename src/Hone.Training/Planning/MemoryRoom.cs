namespace Hone.Training.Planning;

/// <summary>How much memory there is under a limit, and how much of it can still be taken without swapping.</summary>
/// <param name="Total">Bytes in all.</param>
/// <param name="Available">Bytes that nobody holds, or that are given back when asked for.</param>
internal readonly record struct MemoryRoom(long Total, long Available)
{
    /// <summary>The room where both limits hold.</summary>
    public MemoryRoom Within(MemoryRoom other) => new(Math.Min(Total, other.Total), Math.Min(Available, other.Available));
}

using System.Globalization;

namespace Hone.Training.Checkpoints;

/// <summary>
/// A checkpoint's folder name: <c>checkpoint-N</c> after N steps as everywhere, and <c>checkpoint-N-micro-K</c> when the run stopped K
/// micro-batches into the step after that.
/// </summary>
internal readonly record struct CheckpointName(int Step, int Micro) : IComparable<CheckpointName>
{
    private const string Prefix = "checkpoint-";
    private const string Middle = "-micro-";

    public static CheckpointName? Parse(string folder)
    {
        if (!folder.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var rest = folder.AsSpan(Prefix.Length);
        var cut = rest.IndexOf(Middle);
        var step = cut < 0 ? rest : rest[..cut];
        var micro = cut < 0 ? "0" : rest[(cut + Middle.Length)..];
        return int.TryParse(step, NumberStyles.None, null, out var n) && int.TryParse(micro, NumberStyles.None, null, out var k)
            ? new CheckpointName(n, k)
            : null;
    }

    public int CompareTo(CheckpointName other) => (Step, Micro).CompareTo((other.Step, other.Micro));

    public override string ToString() => Micro == 0 ? $"{Prefix}{Step}" : $"{Prefix}{Step}{Middle}{Micro}";
}

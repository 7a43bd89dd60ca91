using Hone.Text.Tokenizers.Normalization;
using Hone.Text.Tokenizers.Splitting;

namespace Hone.Text.Tokenizers.Models;

/// <summary>What one call of Encode works with. Rented from a pool, so that calls neither allocate nor share.</summary>
internal sealed class EncodingScratch
{
    private const int MostKept = 1 << 20;

    public IdBuffer Ids { get; } = new();

    public WordCache Words { get; } = new();

    public MergeWorkspace Merging { get; } = new();

    public CharBuffer Normalized { get; } = new();

    public PieceBuffer Pieces { get; } = new();

    public byte[] Utf8 { get; private set; } = new byte[512];

    /// <summary>Whether it is small enough to be kept for the next call.</summary>
    public bool WorthKeeping =>
        Ids.Capacity <= MostKept && Merging.Capacity <= MostKept && Normalized.Capacity <= MostKept
        && Pieces.Text.Capacity <= MostKept && Utf8.Length <= 4 * MostKept;

    /// <summary>A byte buffer of at least this size.</summary>
    public byte[] Bytes(int size)
    {
        if (Utf8.Length < size) Utf8 = new byte[Math.Max(size, Utf8.Length * 2)];
        return Utf8;
    }
}

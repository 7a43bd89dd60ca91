using System.Runtime.InteropServices;
using System.Text.Json;

namespace Hone.Data.Readers;

/// <summary>A row as it was read, from whatever kind of file, or why it could not be.</summary>
/// <param name="Location">Where it stands.</param>
/// <param name="Json">
/// The columns by name, as a JSON object (rows of JSON files may be anything); <c>default</c> when <paramref name="Error"/> says
/// why not.
/// </param>
/// <param name="Error">What is wrong with the row, or null.</param>
public readonly record struct JsonRow(RowLocation Location, JsonElement Json, string? Error)
{
    /// <summary>A longer row is an error of its own instead of a memory problem.</summary>
    internal const int MaxBytes = 256 << 20;

    /// <summary>The row as JSON text; empty where it could not be read.</summary>
    internal ReadOnlySpan<byte> Raw => Error is null ? JsonMarshal.GetRawUtf8Value(Json) : [];

    /// <summary>What the row takes in memory, about.</summary>
    internal int Bytes => Raw.Length + 256;
}

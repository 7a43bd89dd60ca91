namespace Hone.Data.Readers.Parquet.Values;

/// <summary>
/// Gives the values of a page one after another. Nothing is allocated by a count that the file names: a page of a few bytes may
/// well claim to hold billions of values.
/// </summary>
internal abstract class ValueReader
{
    /// <summary>The value when it is a number: the bits of a float or double, 0 or 1 for false and true.</summary>
    public long Number { get; protected set; }

    /// <summary>The value when it is bytes; valid until the next one.</summary>
    public ReadOnlyMemory<byte> Bytes { get; protected set; }

    /// <summary>Moves to the next value.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public abstract void Next();

    protected static InvalidDataException TooFew() => new("a page holds fewer values than it says, or wrong ones");
}

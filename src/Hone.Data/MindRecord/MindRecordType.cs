namespace Hone.Data.MindRecord;

/// <summary>What a MindRecord field holds.</summary>
public enum MindRecordType
{
    /// <summary>32-bit integers.</summary>
    Int32,

    /// <summary>64-bit integers.</summary>
    Int64,

    /// <summary>32-bit floating point.</summary>
    Float32,

    /// <summary>64-bit floating point.</summary>
    Float64,

    /// <summary>Text in UTF-8.</summary>
    String,

    /// <summary>Bytes of any meaning.</summary>
    Bytes,

    /// <summary>One of the words of early schemas (<c>number</c>, <c>array</c>): the stored value says what it is.</summary>
    Untyped,
}

/// <summary>What belongs to a type: its word in the header, and the bytes of an element.</summary>
internal static class MindRecordTypes
{
    private static readonly (MindRecordType Type, string Word, int Size)[] Known =
    [
        (MindRecordType.Int32, "int32", 4), (MindRecordType.Int64, "int64", 8), (MindRecordType.Float32, "float32", 4),
        (MindRecordType.Float64, "float64", 8), (MindRecordType.String, "string", 0), (MindRecordType.Bytes, "bytes", 1),
    ];

    public static bool IsInteger(this MindRecordType type) => type is MindRecordType.Int32 or MindRecordType.Int64;

    public static bool IsNumber(this MindRecordType type) => type <= MindRecordType.Float64;

    /// <summary>Bytes of one element in a blob; 0 for what has no fixed size.</summary>
    public static int ElementSize(this MindRecordType type) => Array.Find(Known, k => k.Type == type).Size;

    public static string Word(this MindRecordType type) => Array.Find(Known, k => k.Type == type).Word;

    public static MindRecordType Of(string word) => Array.Find(Known, k => k.Word == word) is { Word: not null } known ? known.Type : MindRecordType.Untyped;
}

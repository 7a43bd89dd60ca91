namespace Hone.Data.MindRecord;

/// <summary>An array field of one row.</summary>
/// <param name="Values"><c>int[]</c>, <c>long[]</c>, <c>float[]</c> or <c>double[]</c>, by the field's type.</param>
/// <param name="Shape">Its extents; their product is the number of values.</param>
public sealed record MindRecordArray(Array Values, IReadOnlyList<int> Shape)
{
    /// <summary>An array of one dimension.</summary>
    public static MindRecordArray Of(int[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return new MindRecordArray(values, [values.Length]);
    }
}

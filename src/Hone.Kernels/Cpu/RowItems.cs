namespace Hone.Kernels.Cpu;

/// <summary>
/// Rows of a matrix cut into items of about <see cref="ElementGrid.ItemElements"/> elements, by the shape alone. With items of 8 rows of 256,
/// two threads took as long for the rotary embedding as one.
/// </summary>
internal readonly struct RowItems
{
    private readonly int rows;
    private readonly int rowsPerItem;

    /// <param name="rows">Rows.</param>
    /// <param name="columns">Elements of a row.</param>
    public RowItems(int rows, int columns)
    {
        this.rows = rows;
        rowsPerItem = ElementGrid.RowsPerItem(columns);
    }

    /// <summary>Number of items.</summary>
    public int Count => (rows + rowsPerItem - 1) / rowsPerItem;

    /// <summary>First row of an item.</summary>
    public int First(int item) => item * rowsPerItem;

    /// <summary>Where an item ends.</summary>
    public int End(int item) => Math.Min(rows, (item + 1) * rowsPerItem);
}

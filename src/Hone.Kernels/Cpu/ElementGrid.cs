using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// The elements of a matrix cut into items of about <see cref="ItemElements"/>, by the shape alone. A dense matrix is one long row.
/// </summary>
internal readonly struct ElementGrid
{
    /// <summary>Elements of an item, about: enough to hide the dispatch, small enough for 64 cores to share a layer.</summary>
    public const int ItemElements = 16384;

    private readonly int itemsPerRow;
    private readonly int rowsPerItem;

    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="dense">True when rows follow each other without gaps in every operand.</param>
    public ElementGrid(int rows, int columns, bool dense)
    {
        Rows = dense ? 1 : rows;
        Columns = dense ? (long)rows * columns : columns;
        itemsPerRow = (int)((Columns + ItemElements - 1) / ItemElements);
        rowsPerItem = RowsPerItem(Columns);
        Items = Columns == 0 ? 0 : (Rows + rowsPerItem - 1) / rowsPerItem * itemsPerRow;
    }

    public int Rows { get; }

    public long Columns { get; }

    public int Items { get; }

    /// <summary>The part of an item: rows [row, lastRow) and columns [column, column + count).</summary>
    public void Cell(int item, out int row, out int lastRow, out long column, out long count)
    {
        row = item / itemsPerRow * rowsPerItem;
        lastRow = Math.Min(Rows, row + rowsPerItem);
        column = (long)(item % itemsPerRow) * ItemElements;
        count = Math.Min(ItemElements, Columns - column);
    }

    /// <summary>Rows of so many elements that make an item.</summary>
    public static int RowsPerItem(long columns) => (int)Math.Max(1, ItemElements / Math.Max(1, columns));

    /// <summary>Whether every operand is dense.</summary>
    public static bool Dense(Tensor a, Tensor b) => a.IsDense && b.IsDense;

    /// <inheritdoc cref="Dense(Tensor, Tensor)"/>
    public static bool Dense(Tensor a, Tensor b, Tensor c) => Dense(a, b) && c.IsDense;
}

using System.Diagnostics;

namespace Hone.Tensors;

/// <summary>
/// A view of a matrix [Rows, Columns] whose rows lie <see cref="Stride"/> elements apart. It owns nothing: the memory
/// belongs to an <see cref="Arena"/> or to a mapped file and must outlive the view. A vector is a matrix of one row.
/// Higher shapes are folded, innermost last: hidden states are [T, H·D], a weight is [out, in].
/// <c>default</c> is the empty view; an optional argument that is absent is empty.
/// </summary>
public readonly unsafe struct Tensor
{
    /// <summary>Creates a view over memory that somebody else owns.</summary>
    /// <param name="data">First element, aligned to the element size.</param>
    /// <param name="type">Element type.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="stride">Elements between the starts of neighbouring rows; 0 means dense.</param>
    public Tensor(void* data, DType type, int rows, int columns, int stride = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Data = data;
        Type = type;
        Rows = rows;
        Columns = columns;
        Stride = stride == 0 ? columns : stride;
    }

    /// <summary>First element, in the address space of the device that owns it.</summary>
    public void* Data { get; }

    /// <summary>Element type.</summary>
    public DType Type { get; }

    /// <summary>Rows.</summary>
    public int Rows { get; }

    /// <summary>Columns.</summary>
    public int Columns { get; }

    /// <summary>Elements between the starts of neighbouring rows.</summary>
    public int Stride { get; }

    /// <summary>True for the view of nothing.</summary>
    public bool IsEmpty => Data is null;

    /// <summary>Elements.</summary>
    public long Count => (long)Rows * Columns;

    /// <summary>Bytes of the elements, without gaps between rows.</summary>
    public long ByteCount => Count * Type.Size();

    /// <summary>True when rows follow each other without gaps.</summary>
    public bool IsDense => Stride == Columns || Rows <= 1;

    /// <summary>The data as F32. CPU only.</summary>
    public float* F32
    {
        get
        {
            Debug.Assert(IsEmpty || Type == DType.F32, "not F32");
            return (float*)Data;
        }
    }

    /// <summary>The data as I32. CPU only.</summary>
    public int* I32
    {
        get
        {
            Debug.Assert(IsEmpty || Type == DType.I32, "not I32");
            return (int*)Data;
        }
    }

    /// <summary>A shape without memory, for plans.</summary>
    public static Tensor WithoutMemory(DType type, int rows, int columns) => new(null, type, rows, columns);

    /// <summary>Rows [start, start + count).</summary>
    public Tensor SliceRows(int start, int count)
    {
        if ((uint)start > (uint)Rows || (uint)count > (uint)(Rows - start))
            throw new ArgumentOutOfRangeException(nameof(start), $"rows [{start}, {(long)start + count}) of {this}");
        return new Tensor((byte*)Data + (nint)start * Stride * Type.Size(), Type, count, Columns, Stride);
    }

    /// <summary>Columns [start, start + count) of every row.</summary>
    public Tensor SliceColumns(int start, int count)
    {
        if ((uint)start > (uint)Columns || (uint)count > (uint)(Columns - start))
            throw new ArgumentOutOfRangeException(nameof(start), $"columns [{start}, {(long)start + count}) of {this}");
        return new Tensor((byte*)Data + (nint)start * Type.Size(), Type, Rows, count, Stride);
    }

    /// <summary>The same dense elements in another shape.</summary>
    public Tensor Reshape(int rows, int columns)
    {
        if (!IsDense || (long)rows * columns != Count)
            throw new ArgumentException($"{this} can't be seen as [{rows}, {columns}]");
        return new Tensor(Data, Type, rows, columns);
    }

    /// <summary>A dense matrix in the memory of this one.</summary>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <exception cref="ArgumentException">It would reach beyond this one, which must be dense.</exception>
    public Tensor Within(long offset, DType type, int rows, int columns)
    {
        if (!IsDense || offset < 0 || offset + ((long)rows * columns * type.Size()) > ByteCount)
            throw new ArgumentException($"{type}[{rows}, {columns}] at byte {offset} of {this}");
        return new Tensor(Data is null ? null : (byte*)Data + offset, type, rows, columns);
    }

    /// <summary>A dense F32 or I32 view as a span, for hosts that read or fill it. CPU only.</summary>
    public Span<T> AsSpan<T>()
        where T : unmanaged
    {
        if (!IsDense || sizeof(T) != Type.Size() || Count > int.MaxValue)
            throw new InvalidOperationException($"{this} is no dense span of {typeof(T).Name}");
        return new Span<T>(Data, (int)Count);
    }

    /// <summary>Type and shape, for messages.</summary>
    public override string ToString() => $"{Type}[{Rows}, {Columns}]";
}

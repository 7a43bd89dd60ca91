using Hone.Tensors;
using Hone.Testing;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>
/// A strided view in guarded memory. The gaps between rows hold a canary that is NaN in every floating type: reading one spoils
/// the result, and writing one shows in <see cref="AssertIntact"/>.
/// </summary>
internal sealed unsafe class GuardedTensor : IDisposable
{
    private readonly GuardedBuffer buffer;

    /// <param name="gap">Elements between rows; odd gaps also misalign every row but the first.</param>
    /// <param name="atEnd">Against the guard page at the end.</param>
    public GuardedTensor(DType type, int rows, int columns, int gap = 3, bool atEnd = true)
    {
        var stride = columns + gap;
        var elements = rows == 0 ? 0 : ((rows - 1) * stride) + columns;
        buffer = new GuardedBuffer(elements * type.Size(), atEnd);
        new Span<byte>(buffer.Data, buffer.Bytes).Fill(GuardedBuffer.Canary);
        View = new Tensor(buffer.Data, type, rows, columns, stride);
    }

    public Tensor View { get; }

    private int RowBytes => View.Columns * View.Type.Size();

    public double this[int row, int column]
    {
        get
        {
            var at = (nint)row * View.Stride + column;
            return View.Type switch
            {
                DType.F32 => ((float*)View.Data)[at],
                DType.BF16 => BitConverter.Int32BitsToSingle(((ushort*)View.Data)[at] << 16),
                DType.F16 => (double)((Half*)View.Data)[at],
                _ => ((int*)View.Data)[at],
            };
        }

        set
        {
            var at = (nint)row * View.Stride + column;
            switch (View.Type)
            {
                case DType.F32: ((float*)View.Data)[at] = (float)value; break;
                case DType.BF16: ((ushort*)View.Data)[at] = (ushort)(BitConverter.SingleToInt32Bits((float)value) >> 16); break;
                case DType.F16: ((Half*)View.Data)[at] = (Half)value; break;
                default: ((int*)View.Data)[at] = (int)value; break;
            }
        }
    }

    /// <summary>The bytes of a row, without the gap behind it.</summary>
    public Span<byte> Row(int row) => new((byte*)View.Data + ((nint)row * View.Stride * View.Type.Size()), RowBytes);

    /// <summary>Random numbers of about unit size, rounded to the type.</summary>
    public GuardedTensor Randomize(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < View.Rows; i++)
            for (var j = 0; j < View.Columns; j++) this[i, j] = (random.NextDouble() * 2) - 1;
        return this;
    }

    /// <summary>The elements in row order.</summary>
    public double[] ToDouble()
    {
        var copy = new double[View.Count];
        for (var i = 0; i < copy.Length; i++) copy[i] = this[i / View.Columns, i % View.Columns];
        return copy;
    }

    /// <summary>Fails when a byte beside the elements was written.</summary>
    public void AssertIntact()
    {
        Assert.True(buffer.IsSlackUntouched, $"written beyond {View}");
        var gap = (View.Stride * View.Type.Size()) - RowBytes;
        for (var row = 0; row < View.Rows - 1; row++)
        {
            var between = new ReadOnlySpan<byte>((byte*)View.Data + ((nint)row * (RowBytes + gap)) + RowBytes, gap);
            Assert.False(between.ContainsAnyExcept(GuardedBuffer.Canary), $"written behind row {row} of {View}");
        }
    }

    public void AssertSameBits(GuardedTensor other)
    {
        for (var i = 0; i < View.Rows; i++) Assert.True(Row(i).SequenceEqual(other.Row(i)), $"row {i} of {View} differs");
    }

    public void Dispose() => buffer.Dispose();
}

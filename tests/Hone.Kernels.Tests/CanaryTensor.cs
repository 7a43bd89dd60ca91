using System.Runtime.InteropServices;
using Hone.Tensors;

namespace Hone.Kernels.Tests;

/// <summary>A strided view in the middle of bytes that nobody may touch, four bytes off any vector's alignment.</summary>
internal sealed unsafe class CanaryTensor : IDisposable
{
    private const byte Canary = 0xA5;
    private const int Margin = 256 + 4;

    private readonly byte* block;
    private readonly long bytes;

    public CanaryTensor(DType type, int rows, int columns, int gap = 3)
    {
        var stride = columns + gap;
        bytes = (long)rows * stride * type.Size() + (2 * Margin);
        block = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, 64);
        new Span<byte>(block, (int)bytes).Fill(Canary);
        View = new Tensor(block + Margin, type, rows, columns, stride);
    }

    public Tensor View { get; }

    /// <summary>Random numbers of about unit size, rounded to the type; returns what is stored.</summary>
    public CanaryTensor Randomize(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < View.Rows; i++)
            for (var j = 0; j < View.Columns; j++) this[i, j] = (random.NextDouble() * 2) - 1;
        return this;
    }

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

    public double[,] ToDouble()
    {
        var copy = new double[View.Rows, View.Columns];
        for (var i = 0; i < View.Rows; i++)
            for (var j = 0; j < View.Columns; j++) copy[i, j] = this[i, j];
        return copy;
    }

    public void CopyFrom(CanaryTensor other)
    {
        for (var i = 0; i < View.Rows; i++)
            for (var j = 0; j < View.Columns; j++) this[i, j] = other[i, j];
    }

    public void AssertCanariesLive()
    {
        var inside = new bool[bytes];
        var size = View.Type.Size();
        for (var i = 0; i < View.Rows; i++)
            inside.AsSpan(Margin + (i * View.Stride * size), View.Columns * size).Fill(true);
        for (long i = 0; i < bytes; i++)
        {
            if (!inside[i] && block[i] != Canary) Assert.Fail($"byte {i - Margin} of {View} was written");
        }
    }

    public void AssertSameBits(CanaryTensor other)
    {
        var size = View.Type.Size();
        for (var i = 0; i < View.Rows; i++)
        {
            var a = new ReadOnlySpan<byte>((byte*)View.Data + ((nint)i * View.Stride * size), View.Columns * size);
            var b = new ReadOnlySpan<byte>((byte*)other.View.Data + ((nint)i * other.View.Stride * size), View.Columns * size);
            Assert.True(a.SequenceEqual(b), $"row {i} of {View} differs");
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(block);
}

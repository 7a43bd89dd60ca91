using Hone.Tensors;

namespace Hone.Kernels.Reference;

/// <summary>Tensors of any type and stride as dense arrays, and back.</summary>
internal static unsafe class TensorValues
{
    /// <summary>The elements in row order, widened; empty for the empty view.</summary>
    public static double[] Read(Tensor x)
    {
        if (x.IsEmpty) return [];
        var values = new double[x.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Get(x, i / x.Columns, i % x.Columns);
        return values;
    }

    /// <summary>The elements of an I32 tensor in row order.</summary>
    public static int[] ReadIntegers(Tensor x)
    {
        var values = new int[x.Count];
        for (var i = 0; i < values.Length; i++) values[i] = x.I32[(long)(i / x.Columns) * x.Stride + i % x.Columns];
        return values;
    }

    /// <summary>Stores the values, rounded to the tensor's type. Does nothing for the empty view.</summary>
    public static void Write(Tensor x, ReadOnlySpan<double> values)
    {
        if (x.IsEmpty) return;
        for (var i = 0; i < values.Length; i++) Set(x, i / x.Columns, i % x.Columns, values[i]);
    }

    private static double Get(Tensor x, int row, int column)
    {
        var at = (nint)row * x.Stride + column;
        return x.Type switch
        {
            DType.F32 => ((float*)x.Data)[at],
            DType.BF16 => BitConverter.UInt32BitsToSingle((uint)((ushort*)x.Data)[at] << 16),
            DType.F16 => (double)((Half*)x.Data)[at],
            DType.F64 => ((double*)x.Data)[at],
            DType.I32 => ((int*)x.Data)[at],
            _ => throw new NotSupportedException($"{x} as real numbers"),
        };
    }

    private static void Set(Tensor x, int row, int column, double value)
    {
        var at = (nint)row * x.Stride + column;
        switch (x.Type)
        {
            case DType.F32: ((float*)x.Data)[at] = (float)value; break;
            case DType.BF16: ((ushort*)x.Data)[at] = ToBFloat16((float)value); break;
            case DType.F16: ((Half*)x.Data)[at] = (Half)(float)value; break;
            case DType.F64: ((double*)x.Data)[at] = value; break;
            case DType.I32: ((int*)x.Data)[at] = (int)value; break;
            default: throw new NotSupportedException($"{x} from real numbers");
        }
    }

    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        if (float.IsNaN(value)) return (ushort)((bits >> 16) | 0x40);
        return (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }
}

using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Cheap checks at the entry of an op.</summary>
internal static class Shapes
{
    /// <summary>Fails unless a tensor is an F32 view of this shape.</summary>
    public static void RequireF32(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type != DType.F32) throw new ArgumentException($"{op}: {name} must be F32 and is {tensor}");
        Require(op, name, tensor, rows, columns);
    }

    /// <summary>Fails unless a tensor is an I32 view of this shape.</summary>
    public static void RequireI32(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type != DType.I32) throw new ArgumentException($"{op}: {name} must be I32 and is {tensor}");
        Require(op, name, tensor, rows, columns);
    }

    /// <summary>Fails unless a tensor is an F32, BF16 or F16 view of this shape.</summary>
    public static void RequireFloat(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type is not (DType.F32 or DType.BF16 or DType.F16))
            throw new ArgumentException($"{op}: {name} must be F32, BF16 or F16 and is {tensor}");
        Require(op, name, tensor, rows, columns);
    }

    private static void Require(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Rows != rows || tensor.Columns != columns || (tensor.IsEmpty && tensor.Count > 0))
            throw new ArgumentException($"{op}: {name} must be [{rows}, {columns}] and is {tensor}");
        if (tensor.Stride < tensor.Columns && tensor.Rows > 1)
            throw new ArgumentException($"{op}: rows of {name} overlap, {tensor} has stride {tensor.Stride}");
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Checks of operands at the entry of an op. A failure is a fault of the caller, so it names the op and the condition.</summary>
internal static class Shapes
{
    /// <summary>Throws unless the condition holds. Nothing is allocated when it does.</summary>
    public static void Require([DoesNotReturnIf(false)] bool condition, Tensor a, Tensor b, [CallerMemberName] string op = "",
        [CallerArgumentExpression(nameof(condition))] string rule = "")
    {
        if (!condition) Fail(op, rule, a, b);
    }

    /// <summary>Throws unless both have the same rows and columns.</summary>
    public static void RequireSame(Tensor a, Tensor b, [CallerMemberName] string op = "")
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns || a.Type != b.Type) Fail(op, "operands of one shape and type", a, b);
    }

    /// <summary>Throws unless the tensor has the type.</summary>
    public static void RequireType(DType type, Tensor a, [CallerMemberName] string op = "")
    {
        if (a.Type != type) Fail(op, "the type is not the one the op works on", a, a);
    }

    /// <summary>Throws unless every index is a row of the table. Before the threads start: an op must not fail halfway.</summary>
    public static unsafe void RequireIndices(Tensor indices, Tensor table, [CallerMemberName] string op = "")
    {
        RequireType(DType.I32, indices, op);
        if (!indices.IsDense) Fail(op, "indices side by side", indices, table);
        for (long i = 0; i < indices.Count; i++)
        {
            if ((uint)indices.I32[i] >= (uint)table.Rows)
                throw new ArgumentOutOfRangeException(nameof(indices), $"{op}: index {indices.I32[i]} at {i} is no row of {table}.");
        }
    }

    /// <summary>Throws unless a tensor is an F32 view of this shape.</summary>
    public static void RequireF32(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type != DType.F32) throw new ArgumentException($"{op}: {name} must be F32 and is {tensor}");
        RequireShape(op, name, tensor, rows, columns);
    }

    /// <summary>Throws unless a tensor is an I32 view of this shape.</summary>
    public static void RequireI32(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type != DType.I32) throw new ArgumentException($"{op}: {name} must be I32 and is {tensor}");
        RequireShape(op, name, tensor, rows, columns);
    }

    /// <summary>Throws unless a tensor is an F32, BF16 or F16 view of this shape.</summary>
    public static void RequireFloat(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Type is not (DType.F32 or DType.BF16 or DType.F16))
            throw new ArgumentException($"{op}: {name} must be F32, BF16 or F16 and is {tensor}");
        RequireShape(op, name, tensor, rows, columns);
    }

    private static void RequireShape(string op, string name, Tensor tensor, int rows, int columns)
    {
        if (tensor.Rows != rows || tensor.Columns != columns || (tensor.IsEmpty && tensor.Count > 0))
            throw new ArgumentException($"{op}: {name} must be [{rows}, {columns}] and is {tensor}");
        if (tensor.Stride < tensor.Columns && tensor.Rows > 1)
            throw new ArgumentException($"{op}: rows of {name} overlap, {tensor} has stride {tensor.Stride}");
    }

    [DoesNotReturn]
    private static void Fail(string op, string rule, Tensor a, Tensor b) =>
        throw new ArgumentException($"{op}: operands don't fit: {rule} (got {a} and {b}).");
}

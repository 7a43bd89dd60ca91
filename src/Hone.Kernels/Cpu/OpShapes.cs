using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>Checks of operands at the entry of an op. A failure is a fault of the caller, so it names the op and the condition.</summary>
internal static class OpShapes
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

    [DoesNotReturn]
    private static void Fail(string op, string rule, Tensor a, Tensor b) =>
        throw new ArgumentException($"{op}: operands don't fit: {rule} (got {a} and {b}).");
}

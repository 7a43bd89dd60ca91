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

    [DoesNotReturn]
    private static void Fail(string op, string rule, Tensor a, Tensor b) =>
        throw new ArgumentException($"{op}: operands don't fit: {rule} (got {a} and {b}).");
}

using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>One matrix that an op reads or writes, and how far from the reference its result may be.</summary>
/// <param name="Rows">Rows.</param>
/// <param name="Columns">Columns.</param>
/// <param name="Bits">The elements' bits in row order, F32 or I32.</param>
internal sealed record Operand(int Rows, int Columns, uint[] Bits)
{
    public DType Type { get; init; } = DType.F32;

    /// <summary>Allowed share of the reference's own magnitude.</summary>
    public double Relative { get; init; } = 1e-7;

    /// <summary>Allowed absolute difference.</summary>
    public double Absolute { get; init; }

    /// <summary>Must be dense (1-row tables of integers).</summary>
    public bool Dense => Type == DType.I32;

    /// <summary>Normal numbers, the same in every run.</summary>
    public static Operand Normal(int rows, int columns, ulong stream, float deviation = 1) => new(rows, columns,
        [.. Enumerable.Range(0, rows * columns).Select(i => BitConverter.SingleToUInt32Bits(deviation * CounterRandom.Normal(3, stream, (ulong)i)))]);

    /// <summary>Numbers as given.</summary>
    public static Operand Of(int rows, int columns, params float[] values) =>
        new(rows, columns, [.. values.Select(BitConverter.SingleToUInt32Bits)]);

    /// <summary>A row of integers.</summary>
    public static Operand Integers(params int[] values) => new(1, values.Length, [.. values.Select(v => (uint)v)]) { Type = DType.I32 };

    /// <summary>An output, filled with NaN so that a missed element shows.</summary>
    public static Operand Output(int rows, int columns, double relative, double absolute) =>
        new(rows, columns, [.. Enumerable.Repeat(BitConverter.SingleToUInt32Bits(float.NaN), rows * columns)])
        {
            Relative = relative,
            Absolute = absolute,
        };
}

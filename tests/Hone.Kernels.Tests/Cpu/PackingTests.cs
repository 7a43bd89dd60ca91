using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

public sealed unsafe class PackingTests
{
    private static readonly int[] Lengths = [1, 3, 4, 7, 8, 9, 31, 64, 255, 256];

    private static readonly double[] Special = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, float.Epsilon, 0];

    public static TheoryData<DType, bool, int> Cases()
    {
        var cases = new TheoryData<DType, bool, int>();
        foreach (var type in (DType[])[DType.F32, DType.BF16, DType.F16])
        {
            foreach (var width in (int[])[6, 8, 14, 16, 32])
            {
                cases.Add(type, true, width);
                cases.Add(type, false, width);
            }
        }

        return cases;
    }

    /// <summary>Widths of panels: those of the kernels. Lines: less than one panel, whole ones, and every kind of rest.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Panels_hold_every_number_times_the_factor_and_nothing_is_touched_outside(DType type, bool alongMemory, int width)
    {
        foreach (var lines in (int[])[1, 5, 13, 14, 15, 16, 17, 28, 30, 31, 32, 33, 47, 70])
        {
            // A gap that makes rows of any of these lengths whole pages takes the way for rows that evict each other.
            foreach (var k in Lengths) Check(type, alongMemory, width, lines, k, gap: 3, factor: -0.5f);
            Check(type, alongMemory, width, lines, k: 64, gap: 4096 - (alongMemory ? 64 : lines), factor: 1);
        }
    }

    private static void Check(DType type, bool alongMemory, int width, int lines, int k, int gap, float factor)
    {
        var (rows, columns) = alongMemory ? (lines, k) : (k, lines);
        using var source = new GuardedTensor(type, rows, columns, gap);
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var number = ((row * 37) + (column * 11)) % 251;
                source[row, column] = number < Special.Length ? Special[number] : number - 125;
            }
        }

        // Panels of one operand are packed by different threads, so nothing may be written behind the last one.
        var panels = (lines + width - 1) / width;
        using var target = new GuardedTensor(DType.F32, 1, panels * k * width, gap: 0, atEnd: false);
        Packing.Pack(type, source.View.Data, source.View.Stride, alongMemory, lines, k, width, factor, target.View.F32);
        for (var line = 0; line < panels * width; line++)
        {
            for (var i = 0; i < k; i++)
            {
                var found = (float)target[0, (line / width * k * width) + (i * width) + (line % width)];
                var last = Math.Min(line, lines - 1);
                var expected = (float)(alongMemory ? source[last, i] : source[i, last]) * factor;
                var isRight = BitConverter.SingleToUInt32Bits(found) == BitConverter.SingleToUInt32Bits(expected) || (float.IsNaN(found) && float.IsNaN(expected));
                if (!isRight && (line < lines || found != 0)) Assert.Fail($"line {line} of {lines}, k {i} of {k}: {found} instead of {expected}");
            }
        }

        source.AssertIntact();
        target.AssertIntact();
    }
}

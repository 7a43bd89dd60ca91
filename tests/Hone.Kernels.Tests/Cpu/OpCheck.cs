using Hone.Kernels.Cpu;
using Hone.Kernels.Reference;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Runs one op on the reference and in several ways on the processor.</summary>
internal static class OpCheck
{
    /// <summary>
    /// 1, 2 and 3 threads, dense and strided, against either guard page, with wide and narrow vectors: all have the same bits,
    /// and are as near to the reference as each operand allows.
    /// </summary>
    public static void Run(Action<IKernels, Tensor[]> op, params Operand[] operands)
    {
        uint[][] expected, first = [];
        using (var reference = new ReferenceKernels()) expected = RunOn(reference, op, operands, 0, true);
        foreach (var (threads, gap, atEnd, wide) in new[] { (1, 0, true, true), (2, 3, false, false), (3, 8, true, true) })
        {
            using var cpu = new CpuKernels(threads);
            if (!wide) cpu.WideVectors = false;
            var actual = RunOn(cpu, op, operands, gap, atEnd);
            if (threads == 1) first = actual;
            for (var i = 0; i < operands.Length; i++)
            {
                if (threads == 1) Near(operands[i], i, expected[i], actual[i]);
                else Assert.True(first[i].AsSpan().SequenceEqual(actual[i]), $"operand {i}: other bits with {threads} threads and gap {gap}");
            }
        }
    }

    private static uint[][] RunOn(IKernels kernels, Action<IKernels, Tensor[]> op, Operand[] operands, int gap, bool atEnd)
    {
        using var memory = new GuardedTensors(operands, gap, atEnd);
        op(kernels, memory.All);
        return [.. Enumerable.Range(0, operands.Length).Select(memory.Read)];
    }

    private static void Near(Operand operand, int index, uint[] expected, uint[] actual)
    {
        for (var i = 0; i < expected.Length; i++)
        {
            if (expected[i] == actual[i]) continue;
            if (operand.Type == DType.I32) Assert.Fail($"operand {index}[{i}]: {actual[i]} instead of {expected[i]}");
            double want = BitConverter.UInt32BitsToSingle(expected[i]), got = BitConverter.UInt32BitsToSingle(actual[i]);
            if (double.IsNaN(want) && double.IsNaN(got)) continue;
            var near = double.IsFinite(want) && Math.Abs(got - want) <= operand.Relative * Math.Abs(want) + operand.Absolute;
            Assert.True(near, $"operand {index}[{i / operand.Columns}, {i % operand.Columns}]: {got:R} instead of {want:R}");
        }
    }
}

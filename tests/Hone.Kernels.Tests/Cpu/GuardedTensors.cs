using System.Runtime.InteropServices;
using Hone.Tensors;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Operands in guarded memory.</summary>
internal sealed class GuardedTensors : IDisposable
{
    private readonly GuardedTensor?[] tensors;

    /// <param name="operands">What to lay out.</param>
    /// <param name="gap">Elements between rows where the operand need not be dense.</param>
    /// <param name="atEnd">Against the guard page at the end.</param>
    public GuardedTensors(IEnumerable<Operand> operands, int gap, bool atEnd) =>
        tensors = [.. operands.Select(operand => LayOut(operand, operand.Dense ? 0 : gap, atEnd))];

    public Tensor this[int index] => tensors[index]?.View ?? default;

    public Tensor[] All => [.. tensors.Select(tensor => tensor?.View ?? default)];

    /// <summary>The elements' bits in row order; fails when something beside them was written.</summary>
    public uint[] Read(int index)
    {
        if (tensors[index] is not { } tensor) return [];
        tensor.AssertIntact();
        return [.. Enumerable.Range(0, tensor.View.Rows).SelectMany(row => MemoryMarshal.Cast<byte, uint>(tensor.Row(row)).ToArray())];
    }

    public void Dispose()
    {
        foreach (var tensor in tensors) tensor?.Dispose();
    }

    /// <summary>An operand without rows and columns is an optional one that is absent.</summary>
    private static GuardedTensor? LayOut(Operand operand, int gap, bool atEnd)
    {
        if (operand.Rows == 0 && operand.Columns == 0) return null;
        var tensor = new GuardedTensor(operand.Type, operand.Rows, operand.Columns, gap, atEnd);
        for (var row = 0; row < operand.Rows; row++)
            operand.Bits.AsSpan(row * operand.Columns, operand.Columns).CopyTo(MemoryMarshal.Cast<byte, uint>(tensor.Row(row)));
        return tensor;
    }
}

using Hone.Tensors;
using Hone.Testing;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>Operands in guarded memory. Gaps between strided rows hold a canary.</summary>
internal sealed unsafe class GuardedTensors : IDisposable
{
    private const uint Canary = 0x7FC0DEAD;

    private readonly List<GuardedBuffer> buffers = [];
    private readonly List<Tensor> tensors = [];

    /// <param name="operands">What to lay out.</param>
    /// <param name="gap">Elements between rows; odd gaps also misalign every row but the first.</param>
    /// <param name="atEnd">Against the guard page at the end.</param>
    public GuardedTensors(IEnumerable<Operand> operands, int gap, bool atEnd)
    {
        foreach (var operand in operands)
        {
            if (operand.Rows * operand.Columns == 0 && operand.Rows == 0 && operand.Columns == 0)
            {
                tensors.Add(default);
                continue;
            }

            var stride = operand.Columns + (operand.Dense ? 0 : gap);
            var elements = Math.Max(0, operand.Rows - 1) * stride + (operand.Rows == 0 ? 0 : operand.Columns);
            var buffer = new GuardedBuffer(elements * sizeof(uint), atEnd);
            new Span<uint>(buffer.Data, elements).Fill(Canary);
            for (var i = 0; i < operand.Bits.Length; i++)
                ((uint*)buffer.Data)[i / operand.Columns * stride + i % operand.Columns] = operand.Bits[i];
            buffers.Add(buffer);
            tensors.Add(new Tensor(buffer.Data, operand.Type, operand.Rows, operand.Columns, stride));
        }
    }

    public Tensor this[int index] => tensors[index];

    public Tensor[] All => [.. tensors];

    /// <summary>The elements' bits in row order; fails when a canary is gone.</summary>
    public uint[] Read(int index)
    {
        var tensor = tensors[index];
        var bits = new uint[tensor.Count];
        for (var row = 0; row < tensor.Rows; row++)
        {
            for (var column = 0; column < tensor.Stride && (row < tensor.Rows - 1 || column < tensor.Columns); column++)
            {
                var value = ((uint*)tensor.Data)[row * tensor.Stride + column];
                if (column < tensor.Columns) bits[row * tensor.Columns + column] = value;
                else Assert.True(value == Canary, $"operand {index}: written between the rows at [{row}, {column}]");
            }
        }

        return bits;
    }

    public void Dispose() => buffers.ForEach(buffer => buffer.Dispose());
}

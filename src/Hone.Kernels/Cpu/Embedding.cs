using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// Embedding. table [V, C] F32, BF16 or F16; ids [1, T]; y, dy [T, C]; dtable [V, C] F32.
/// Forward: y[t] = table[ids[t]]·scale. Backward: dtable[ids[t]] += dy[t]·scale; a thread owns columns and takes the tokens
/// in order, so equal ids need no locks and always add up the same way.
/// </summary>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc/>
    public void Embedding(Tensor table, Tensor ids, Tensor y, float scale)
    {
        Shapes.Require(table.Columns == y.Columns && ids.Count == y.Rows, table, y);
        Shapes.Require(table.Type is DType.F32 or DType.BF16 or DType.F16 && y.Type == DType.F32, table, y);
        Shapes.RequireIndices(ids, table);
        var items = new RowItems(y.Rows, y.Columns);
        team.Run(items.Count, new EmbeddingJob(items, table, ids.I32, y, scale));
    }

    /// <inheritdoc/>
    public void EmbeddingBackward(Tensor dy, Tensor ids, Tensor dtable, float scale)
    {
        Shapes.Require(dtable.Columns == dy.Columns && ids.Count == dy.Rows, dtable, dy);
        Shapes.RequireType(DType.F32, dtable);
        Shapes.RequireType(DType.F32, dy);
        Shapes.RequireIndices(ids, dtable);
        var items = (dy.Columns + EmbeddingBackwardJob.ColumnsPerItem - 1) / EmbeddingBackwardJob.ColumnsPerItem;
        team.Run(items, new EmbeddingBackwardJob(dy, ids.I32, dtable, scale));
    }

    private readonly struct EmbeddingJob(RowItems items, Tensor table, int* ids, Tensor y, float scale) : ITeamJob
    {
        public void Execute(int item, int thread)
        {
            for (var t = items.First(item); t < items.End(item); t++)
            {
                var from = (byte*)table.Data + (nint)ids[t] * table.Stride * table.Type.Size();
                var to = y.F32 + (nint)t * y.Stride;
                for (var i = 0; i < y.Columns; i += Vectors.Lanes)
                {
                    var n = y.Columns - i;
                    Vectors.Store(Widen(from, i, n) * Vector256.Create(scale), to + i, n);
                }
            }
        }

        private Vector256<float> Widen(byte* row, int at, int count)
        {
            if (table.Type == DType.F32) return Vectors.Load((float*)row + at, count);
            if (table.Type == DType.BF16 && count >= Vectors.Lanes)
            {
                var (low, high) = Vector128.Widen(Vector128.Load((ushort*)row + at));
                return (Vector256.Create(low, high) << 16).AsSingle();
            }

            return WidenOneByOne(row, at, Math.Min(count, Vectors.Lanes));
        }

        private Vector256<float> WidenOneByOne(byte* row, int at, int count)
        {
            var values = Vector256<float>.Zero;
            for (var i = 0; i < count; i++)
            {
                ((float*)&values)[i] = table.Type == DType.F16
                    ? (float)((Half*)row)[at + i]
                    : BitConverter.UInt32BitsToSingle((uint)((ushort*)row)[at + i] << 16);
            }

            return values;
        }
    }

    private readonly struct EmbeddingBackwardJob(Tensor dy, int* ids, Tensor dtable, float scale) : ITeamJob
    {
        public const int ColumnsPerItem = 64;

        public void Execute(int item, int thread)
        {
            var last = Math.Min(dy.Columns, (item + 1) * ColumnsPerItem);
            for (var t = 0; t < dy.Rows; t++)
            {
                var from = dy.F32 + (nint)t * dy.Stride;
                var to = dtable.F32 + (nint)ids[t] * dtable.Stride;
                for (var i = item * ColumnsPerItem; i < last; i += Vectors.Lanes)
                {
                    var n = last - i;
                    var sum = Vector256.FusedMultiplyAdd(Vectors.Load(from + i, n), Vector256.Create(scale), Vectors.Load(to + i, n));
                    Vectors.Store(sum, to + i, n);
                }
            }
        }
    }
}

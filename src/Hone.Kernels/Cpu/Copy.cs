using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>y = x with conversion between F32, BF16 and F16, round to nearest even, NaN stays NaN.</content>
public sealed unsafe partial class CpuKernels
{
    /// <inheritdoc cref="IKernels.Copy"/>
    public void Copy(Tensor x, Tensor y)
    {
        const string Op = nameof(Copy);
        Shapes.RequireFloat(Op, "x", x, x.Rows, x.Columns);
        Shapes.RequireFloat(Op, "y", y, x.Rows, x.Columns);
        if (x.Count == 0) return;
        var items = new RowItems(x.Rows, x.Columns);
        team.Run(items.Count, new CopyJob { Items = items, X = x, Y = y });
    }

    private struct CopyJob : ITeamJob
    {
        public RowItems Items;
        public Tensor X;
        public Tensor Y;

        public readonly void Execute(int item, int thread)
        {
            for (var row = Items.First(item); row < Items.End(item); row++)
            {
                var from = (byte*)X.Data + ((nint)row * X.Stride * X.Type.Size());
                var to = (byte*)Y.Data + ((nint)row * Y.Stride * Y.Type.Size());
                CopyRow(from, to);
            }
        }

        private readonly void CopyRow(void* from, void* to)
        {
            if (X.Type == Y.Type) Buffer.MemoryCopy(from, to, X.Columns * (long)X.Type.Size(), X.Columns * (long)X.Type.Size());
            else if (X.Type == DType.F32) Narrow<float, F32Element>((float*)from, to);
            else if (X.Type == DType.BF16) Narrow<ushort, BF16Element>((ushort*)from, to);
            else Narrow<ushort, F16Element>((ushort*)from, to);
        }

        private readonly void Narrow<T, TElement>(T* from, void* to)
            where T : unmanaged
            where TElement : struct, IElement<T>
        {
            if (Y.Type == DType.F32) ToF32<T, TElement>(from, (float*)to, X.Columns);
            else if (Y.Type == DType.BF16) ToBF16<T, TElement>(from, (ushort*)to, X.Columns);
            else ToF16<T, TElement>(from, (Half*)to, X.Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ToF32<T, TElement>(T* from, float* to, int count)
            where T : unmanaged
            where TElement : struct, IElement<T>
        {
            var i = 0;
            for (; i + 8 <= count; i += 8) TElement.Load8(from + i).Store(to + i);
            for (; i < count; i++) to[i] = TElement.Load(from + i);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void ToBF16<T, TElement>(T* from, ushort* to, int count)
            where T : unmanaged
            where TElement : struct, IElement<T>
        {
            var i = 0;
            for (; i + 16 <= count; i += 16)
            {
                var lower = BFloat16.Round(TElement.Load8(from + i).AsUInt32());
                var upper = BFloat16.Round(TElement.Load8(from + i + 8).AsUInt32());
                Vector256.Narrow(lower, upper).Store(to + i);
            }

            for (; i < count; i++) to[i] = BFloat16.Round(TElement.Load(from + i));
        }

        private static void ToF16<T, TElement>(T* from, Half* to, int count)
            where T : unmanaged
            where TElement : struct, IElement<T>
        {
            for (var i = 0; i < count; i++) to[i] = (Half)TElement.Load(from + i);
        }
    }
}

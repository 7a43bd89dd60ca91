using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>Dropout on the low-rank path. The mask is made again whenever it is needed, see <see cref="Dropout"/>.</content>
public sealed unsafe partial class CpuKernels
{
    /// <summary>y = dropout(x).</summary>
    private void ApplyDropout(Tensor x, Tensor y, in Dropout dropout) => RunDropout(x, y, dropout, add: false);

    /// <summary>y += dropout(x): the mask is its own backward pass.</summary>
    private void AddDropped(Tensor x, Tensor y, in Dropout dropout) => RunDropout(x, y, dropout, add: true);

    private void RunDropout(Tensor x, Tensor y, in Dropout dropout, bool add)
    {
        var items = new RowItems(x.Rows, x.Columns);
        var job = new DropoutJob
        {
            Items = items,
            X = x,
            Y = y,
            Seed = dropout.Seed,
            Stream = dropout.Stream,
            Threshold = (uint)Math.Min(uint.MaxValue, Math.Ceiling(dropout.Probability * 4294967296.0)),
            Factor = 1 / (1 - dropout.Probability),
            Add = add,
        };
        team.Run(items.Count, job);
    }

    private struct DropoutJob : ITeamJob
    {
        public RowItems Items;
        public Tensor X;
        public Tensor Y;
        public ulong Seed;
        public ulong Stream;
        public uint Threshold;
        public float Factor;
        public bool Add;

        public readonly void Execute(int item, int thread)
        {
            for (var row = Items.First(item); row < Items.End(item); row++)
                DropRow(X.F32 + ((nint)row * X.Stride), Y.F32 + ((nint)row * Y.Stride), (ulong)row * (uint)X.Columns);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void DropRow(float* x, float* y, ulong index)
        {
            var count = X.Columns;
            var i = Math.Min((int)(-(long)index & 3), count);
            DropScalar(x, y, index, 0, i);
            var thresholds = Vector256.Create(Threshold);
            var factors = Vector256.Create(Factor);
            for (; i + 16 <= count; i += 16)
            {
                var (first, last) = PhiloxVector.Sixteen(Seed, Stream, (index + (uint)i) >> 2);
                var lower = Vector256.Load(x + i) * factors & Vector256.GreaterThanOrEqual(first, thresholds).AsSingle();
                var upper = Vector256.Load(x + i + 8) * factors & Vector256.GreaterThanOrEqual(last, thresholds).AsSingle();
                if (Add)
                {
                    lower += Vector256.Load(y + i);
                    upper += Vector256.Load(y + i + 8);
                }

                lower.Store(y + i);
                upper.Store(y + i + 8);
            }

            DropScalar(x, y, index, i, count);
        }

        private readonly void DropScalar(float* x, float* y, ulong index, int start, int end)
        {
            for (var i = start; i < end; i++)
            {
                var kept = CounterRandom.UInt32(Seed, Stream, index + (uint)i) >= Threshold ? x[i] * Factor : 0;
                y[i] = Add ? y[i] + kept : kept;
            }
        }
    }
}

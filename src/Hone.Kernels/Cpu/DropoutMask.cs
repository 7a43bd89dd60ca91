using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <content>Dropout on the low-rank path. The mask is made again whenever it is needed, see <see cref="Dropout"/>.</content>
public sealed unsafe partial class CpuKernels
{
    private const int DropoutRowsPerItem = 4;

    /// <summary>y = dropout(x).</summary>
    private void ApplyDropout(Tensor x, Tensor y, in Dropout dropout) => RunDropout(x, y, dropout, add: false);

    /// <summary>y += dropout(x): the mask is its own backward pass.</summary>
    private void AddDropped(Tensor x, Tensor y, in Dropout dropout) => RunDropout(x, y, dropout, add: true);

    private void RunDropout(Tensor x, Tensor y, in Dropout dropout, bool add)
    {
        var job = new DropoutJob
        {
            X = x,
            Y = y,
            Seed = dropout.Seed,
            Stream = dropout.Stream,
            Threshold = (uint)Math.Min(uint.MaxValue, Math.Ceiling(dropout.Probability * 4294967296.0)),
            Factor = 1 / (1 - dropout.Probability),
            Add = add,
        };
        team.Run((x.Rows + DropoutRowsPerItem - 1) / DropoutRowsPerItem, job);
    }

    private struct DropoutJob : ITeamJob
    {
        public Tensor X;
        public Tensor Y;
        public ulong Seed;
        public ulong Stream;
        public uint Threshold;
        public float Factor;
        public bool Add;

        public readonly void Execute(int item, int thread)
        {
            var end = Math.Min((item + 1) * DropoutRowsPerItem, X.Rows);
            for (var row = item * DropoutRowsPerItem; row < end; row++)
                DropRow(X.F32 + ((nint)row * X.Stride), Y.F32 + ((nint)row * Y.Stride), (ulong)row * (uint)X.Columns);
        }

        private readonly void DropRow(float* x, float* y, ulong index)
        {
            var end = index + (uint)X.Columns;
            while (index < end)
            {
                var (a, b, c, d) = CounterRandom.Block(Seed, Stream, index >> 2);
                var lane = (int)(index & 3);
                for (; lane < 4 && index < end; lane++, index++, x++, y++)
                {
                    var random = lane switch { 0 => a, 1 => b, 2 => c, _ => d };
                    var kept = random >= Threshold ? *x * Factor : 0;
                    *y = Add ? *y + kept : kept;
                }
            }
        }
    }
}

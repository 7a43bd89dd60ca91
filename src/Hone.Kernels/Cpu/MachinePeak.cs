using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hone.Kernels.Cpu.Gemm;
using Hone.Tensors;

namespace Hone.Kernels.Cpu;

/// <summary>
/// What this machine can do at best, measured: every speed that Hone prints is set against it. A measurement takes about 0.3 s, or as
/// long as is asked for, and is the best of short rounds, so that a busy neighbour spoils few of them.
/// </summary>
public static unsafe class MachinePeak
{
    private const double SecondsPerMeasurement = 0.3;
    private const int FmaSteps = 20000;
    private const int ChainsPerStep = 12;
    private const int ItemsPerThread = 8;
    private const int TriadItems = 64;
    private const int TriadFloats = 4 << 20;
    private const int ReadItems = 2048;
    private const int ReadFloatsPerItem = 32 << 10;

    /// <summary>Peak of fused multiply-adds in F32, in GFLOP/s (an addition and a multiplication each count).</summary>
    /// <param name="threads">Threads; 0 means every core.</param>
    /// <param name="seconds">How long to measure; if threads seem to have lacked cores, three times as long and 0.1 s more. A round takes about a millisecond.</param>
    public static double MeasureGigaflops(int threads = 0, double seconds = SecondsPerMeasurement)
    {
        using var team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        var best = Gigaflops(team, BestSeconds(team, team.Count * ItemsPerThread, Chains, seconds));
        if (team.Count == 1) return best;

        // Where other programs fill the machine, a worker may find no core all the while. After a pause it may.
        using var alone = new ThreadTeam(1);
        var plausible = 0.75 * team.Count * Gigaflops(alone, BestSeconds(alone, ItemsPerThread, Chains, seconds / 10));
        for (var again = 0; again < 4 && best < plausible; again++)
        {
            Thread.Sleep(20);
            best = Math.Max(best, Gigaflops(team, BestSeconds(team, team.Count * ItemsPerThread, Chains, seconds / 2)));
        }

        return best;
    }

    /// <summary>
    /// The mean rate of fused multiply-adds over some time, in GFLOP/s. Processors slow down under lasting load, and neighbours take
    /// their share: what a program reaches is held against what was there in the same moments.
    /// </summary>
    /// <param name="threads">Threads; 0 means every core.</param>
    /// <param name="seconds">How long to measure.</param>
    public static double MeasureSustainedGigaflops(int threads, double seconds)
    {
        using var team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        // Until then a new worker has found a core of its own.
        _ = BestSeconds(team, team.Count * ItemsPerThread, Chains, seconds / 2);
        var clock = Stopwatch.StartNew();
        var rounds = 0;
        for (; clock.Elapsed.TotalSeconds < seconds; rounds++) team.Run(team.Count * ItemsPerThread, Chains);
        return Gigaflops(team, clock.Elapsed.TotalSeconds / rounds);
    }

    /// <summary>Memory bandwidth of a[i] = b[i] + s·c[i] in GB/s: 12 bytes an element, as STREAM counts them.</summary>
    /// <param name="threads">Threads; 0 means every core.</param>
    public static double MeasureBandwidth(int threads = 0)
    {
        using var team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        using var arena = new Arena("bandwidth");
        var block = (float*)arena.AllocateBytes(3L * TriadFloats * sizeof(float));
        var job = new TriadJob { A = block, B = block + TriadFloats, C = block + (2 * TriadFloats) };
        return 3.0 * TriadFloats * sizeof(float) / BestSeconds(team, TriadItems, job) * 1e-9;
    }

    /// <summary>
    /// Bandwidth of reading far more than any cache holds, in GB/s: the limit of decoding, which writes next to nothing. The mean
    /// of 0.3 s, not the best round: it is held against programs that run in the same seconds with the same neighbours.
    /// </summary>
    /// <param name="threads">Threads; 0 means every core.</param>
    public static double MeasureReadBandwidth(int threads = 0)
    {
        using var team = new ThreadTeam(threads == 0 ? Environment.ProcessorCount : threads);
        using var arena = new Arena("bandwidth");
        var block = (float*)arena.AllocateBytes((long)ReadItems * ReadFloatsPerItem * sizeof(float));
        // Pages that were never written may all be the same one.
        new Span<float>(block, ReadItems * ReadFloatsPerItem).Fill(1);
        var job = new ReadJob { Block = block };
        team.Run(ReadItems, job);
        var clock = Stopwatch.StartNew();
        var bytes = 0.0;
        for (; clock.Elapsed.TotalSeconds < SecondsPerMeasurement; bytes += (double)ReadItems * ReadFloatsPerItem * sizeof(float)) team.Run(ReadItems, job);
        return bytes / clock.Elapsed.TotalSeconds * 1e-9;
    }

    private static FmaJob Chains => new() { InstructionSet = InstructionSets.Best };

    /// <summary>The rate of a round of so many seconds.</summary>
    private static double Gigaflops(ThreadTeam team, double seconds)
    {
        var lanes = InstructionSets.Best switch { InstructionSet.Vector512 => 16, InstructionSet.Vector256 => 8, _ => 4 };
        return 2e-9 * lanes * ChainsPerStep * FmaSteps * team.Count * ItemsPerThread / seconds;
    }

    private static double BestSeconds<TJob>(ThreadTeam team, int items, in TJob job, double seconds = SecondsPerMeasurement)
        where TJob : unmanaged, ITeamJob
    {
        var best = double.PositiveInfinity;
        var clock = Stopwatch.StartNew();
        team.Run(items, job);
        while (clock.Elapsed.TotalSeconds < seconds)
        {
            var start = Stopwatch.GetTimestamp();
            team.Run(items, job);
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return double.IsInfinity(best) ? clock.Elapsed.TotalSeconds : best;
    }

    private struct FmaJob : ITeamJob
    {
        public InstructionSet InstructionSet;

        public readonly void Execute(int item, int thread)
        {
            // Twelve chains hide the latency of two units of any known processor. The results must look used.
            var sum = InstructionSet switch
            {
                InstructionSet.Vector512 => Chains512(0.999f + (item * 1e-9f)),
                InstructionSet.Vector256 => Chains256(0.999f + (item * 1e-9f)),
                _ => Chains128(0.999f + (item * 1e-9f)),
            };
            if (float.IsNaN(sum)) throw new InvalidOperationException("a sum of numbers below 1 became NaN");
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Chains512(float start)
        {
            var x = Vector512.Create(start);
            Vector512<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
            for (var i = 0; i < FmaSteps; i++)
            {
                s0 = Vector512.FusedMultiplyAdd(s0, x, x);
                s1 = Vector512.FusedMultiplyAdd(s1, x, x);
                s2 = Vector512.FusedMultiplyAdd(s2, x, x);
                s3 = Vector512.FusedMultiplyAdd(s3, x, x);
                s4 = Vector512.FusedMultiplyAdd(s4, x, x);
                s5 = Vector512.FusedMultiplyAdd(s5, x, x);
                s6 = Vector512.FusedMultiplyAdd(s6, x, x);
                s7 = Vector512.FusedMultiplyAdd(s7, x, x);
                s8 = Vector512.FusedMultiplyAdd(s8, x, x);
                s9 = Vector512.FusedMultiplyAdd(s9, x, x);
                s10 = Vector512.FusedMultiplyAdd(s10, x, x);
                s11 = Vector512.FusedMultiplyAdd(s11, x, x);
            }

            return Vector512.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Chains256(float start)
        {
            var x = Vector256.Create(start);
            Vector256<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
            for (var i = 0; i < FmaSteps; i++)
            {
                s0 = Vector256.FusedMultiplyAdd(s0, x, x);
                s1 = Vector256.FusedMultiplyAdd(s1, x, x);
                s2 = Vector256.FusedMultiplyAdd(s2, x, x);
                s3 = Vector256.FusedMultiplyAdd(s3, x, x);
                s4 = Vector256.FusedMultiplyAdd(s4, x, x);
                s5 = Vector256.FusedMultiplyAdd(s5, x, x);
                s6 = Vector256.FusedMultiplyAdd(s6, x, x);
                s7 = Vector256.FusedMultiplyAdd(s7, x, x);
                s8 = Vector256.FusedMultiplyAdd(s8, x, x);
                s9 = Vector256.FusedMultiplyAdd(s9, x, x);
                s10 = Vector256.FusedMultiplyAdd(s10, x, x);
                s11 = Vector256.FusedMultiplyAdd(s11, x, x);
            }

            return Vector256.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static float Chains128(float start)
        {
            var x = Vector128.Create(start);
            Vector128<float> s0 = x, s1 = x, s2 = x, s3 = x, s4 = x, s5 = x, s6 = x, s7 = x, s8 = x, s9 = x, s10 = x, s11 = x;
            for (var i = 0; i < FmaSteps; i++)
            {
                s0 = Vector128.FusedMultiplyAdd(s0, x, x);
                s1 = Vector128.FusedMultiplyAdd(s1, x, x);
                s2 = Vector128.FusedMultiplyAdd(s2, x, x);
                s3 = Vector128.FusedMultiplyAdd(s3, x, x);
                s4 = Vector128.FusedMultiplyAdd(s4, x, x);
                s5 = Vector128.FusedMultiplyAdd(s5, x, x);
                s6 = Vector128.FusedMultiplyAdd(s6, x, x);
                s7 = Vector128.FusedMultiplyAdd(s7, x, x);
                s8 = Vector128.FusedMultiplyAdd(s8, x, x);
                s9 = Vector128.FusedMultiplyAdd(s9, x, x);
                s10 = Vector128.FusedMultiplyAdd(s10, x, x);
                s11 = Vector128.FusedMultiplyAdd(s11, x, x);
            }

            return Vector128.Sum(s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11);
        }
    }

    private struct TriadJob : ITeamJob
    {
        public float* A;
        public float* B;
        public float* C;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int item, int thread)
        {
            const int Count = TriadFloats / TriadItems;
            var factor = Vector256.Create(1.5f);
            for (nint i = (nint)item * Count, end = i + Count; i < end; i += 8)
                (Vector256.Load(B + i) + (factor * Vector256.Load(C + i))).Store(A + i);
        }
    }

    private struct ReadJob : ITeamJob
    {
        public float* Block;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public readonly void Execute(int item, int thread)
        {
            var p = Block + ((nint)item * ReadFloatsPerItem);
            Vector256<float> s0 = default, s1 = default, s2 = default, s3 = default;
            for (var i = 0; i < ReadFloatsPerItem; i += 32)
            {
                s0 += Vector256.Load(p + i);
                s1 += Vector256.Load(p + i + 8);
                s2 += Vector256.Load(p + i + 16);
                s3 += Vector256.Load(p + i + 24);
            }

            if (float.IsNaN(Vector256.Sum((s0 + s1) + (s2 + s3)))) throw new InvalidOperationException("a sum of ones became NaN");
        }
    }
}

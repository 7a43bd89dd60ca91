using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hone.Kernels.Cpu;

/// <summary>
/// What the elementwise and row kernels share. Two rules make the bits the same on every processor: an element's result
/// never depends on its neighbours' place in a vector (tails are run through the same vector code, filled up with zeros),
/// and a sum has <see cref="SumLanes"/> logical lanes that are combined in a fixed tree.
/// </summary>
internal static unsafe class Vectors
{
    /// <summary>Elements of the vectors here.</summary>
    public const int Lanes = 8;

    /// <summary>Logical lanes of a sum: element i of a row belongs to lane i mod 16.</summary>
    public const int SumLanes = 16;

    /// <summary>log₂ e: eˣ is 2 to the power of x times this.</summary>
    public const float LogTwoOfE = 1.44269504f;

    /// <summary>ln 2.</summary>
    public const float LogOfTwo = 0.693147181f;

    // 2ᶠ − 1 divided by f, interpolated at the Chebyshev nodes of [−½, ½].
    private const float Power1 = 0.693147182f;
    private const float Power2 = 0.240226507f;
    private const float Power3 = 0.0555035695f;
    private const float Power4 = 0.00961808302f;
    private const float Power5 = 0.00133908633f;
    private const float Power6 = 0.000154531634f;

    /// <summary>Reduces by the nearest integer, which is exact; by the one below, tiny negative numbers would be rounded.</summary>
    private const byte ToNearest = 0;

    /// <summary>Loads up to 8 elements, none when there are fewer than 1, and zeros behind them; reads nothing beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load(float* from, long count)
    {
        if (count >= Lanes) return Vector256.Load(from);
        // A call here would make the loops around it keep their sums in memory, so AVX's masks come first.
        return Avx.IsSupported ? Avx.MaskLoad(from, First(count).AsSingle()) : LoadOneByOne(from, count);
    }

    /// <summary>Stores the first 0 to 8 elements; writes nothing beyond.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> value, float* to, long count)
    {
        if (count >= Lanes) value.Store(to);
        else if (Avx.IsSupported) Avx.MaskStore(to, First(count).AsSingle(), value);
        else StoreOneByOne(value, to, count);
    }

    /// <summary>
    /// Rows that are asked for ahead where a job reads some columns of each row: the processor sees no stream where rows have gaps, and
    /// waits for memory at every one.
    /// </summary>
    public const int RowsAhead = 4;

    /// <summary>
    /// Elements that are asked for ahead in streams longer than a cache. It is the lines to be written that are waited for most: the
    /// processor fetches ahead what is read, but not as far as memory is away.
    /// </summary>
    public const int StreamAhead = 512;

    /// <summary>Asks for the line of an element that will be read or written soon; the address may lie behind the last one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }

    /// <summary>Asks for the lines of elements that will be read soon.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(float* from, int count)
    {
        if (!Sse.IsSupported) return;
        for (var i = 0; i < count; i += 16) Sse.Prefetch0(from + i);
    }

    /// <summary>Sum of the 16 lanes (0…7 in <paramref name="low"/>, 8…15 in <paramref name="high"/>): halves are added until one is left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Vector256<float> low, Vector256<float> high)
    {
        var eight = low + high;
        var four = eight.GetLower() + eight.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>
    /// eˣ, relative error below 2e-7 where the result is a normal number, gradual underflow, exactly 0 from −104 down and for
    /// −∞, ∞ above 88.73, NaN for NaN. x = n·ln 2 + r with |r| ≤ ln 2/2; eʳ is Taylor's polynomial of degree 7, whose
    /// remainder is below r⁸/8! = 5.2e-9; 2ⁿ is applied in two factors, as n may leave the range of exponents.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp(Vector256<float> x)
    {
        // Adding 1.5·2²³ rounds to an integer, which is then found in the low bits.
        var shift = Vector256.Create(12582912f);
        // With x second, the native forms return x when it is NaN.
        var clamped = Vector256.MinNative(Vector256.Create(89f), Vector256.MaxNative(Vector256.Create(-104f), x));
        var shifted = Vector256.FusedMultiplyAdd(clamped, Vector256.Create(1.442695041f), shift);
        var n = shifted - shift;
        var r = Vector256.FusedMultiplyAdd(n, Vector256.Create(-0.693359375f), clamped);
        r = Vector256.FusedMultiplyAdd(n, Vector256.Create(2.12194440e-4f), r);
        var p = Vector256.FusedMultiplyAdd(Vector256.Create(1f / 5040), r, Vector256.Create(1f / 720));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 120));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 24));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(1f / 6));
        p = Vector256.FusedMultiplyAdd(p, r, Vector256.Create(0.5f));
        p = Vector256.FusedMultiplyAdd(p, r * r, r) + Vector256<float>.One;

        // p·2ⁿ rounded once; so is the product with two factors, the first of which is exact.
        if (Avx512F.VL.IsSupported) return Avx512F.VL.Scale(p, n);
        var integer = shifted.AsInt32() - shift.AsInt32();
        var first = integer >> 1;
        return p * PowerOfTwo(first) * PowerOfTwo(integer - first);
    }

    /// <summary>The same for 16 elements, with the same bits. Needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        var shift = Vector512.Create(12582912f);
        var clamped = Vector512.MinNative(Vector512.Create(89f), Vector512.MaxNative(Vector512.Create(-104f), x));
        var n = Vector512.FusedMultiplyAdd(clamped, Vector512.Create(1.442695041f), shift) - shift;
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), clamped);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(1f / 5040), r, Vector512.Create(1f / 720));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 120));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 24));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1f / 6));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(0.5f));
        return Avx512F.Scale(Vector512.FusedMultiplyAdd(p, r * r, r) + Vector512<float>.One, n);
    }

    /// <summary>
    /// 2ˣ, relative error below 8e-8 where the result is a normal number, gradual underflow, exactly 1 for 0 and 0 for −∞, NaN for NaN.
    /// x = n + f with |f| ≤ ½; 2ᶠ is a polynomial of degree 6 that is off by 1e-8 at most. Two thirds of the work of
    /// <see cref="Exp(Vector256{float})"/>: the division by ln 2 is part of what the caller multiplies by anyway.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Exp2(Vector256<float> x)
    {
        if (Avx512DQ.VL.IsSupported)
        {
            var f = Avx512DQ.VL.Reduce(x, ToNearest);
            return Avx512F.VL.Scale(PowerOfFraction(f), x - f);
        }

        var clamped = Vector256.MinNative(Vector256.Create(200f), Vector256.MaxNative(Vector256.Create(-200f), x));
        var n = Vector256.Round(clamped);
        var integer = Vector256.ConvertToInt32Native(n);
        var first = integer >> 1;
        return PowerOfFraction(clamped - n) * PowerOfTwo(first) * PowerOfTwo(integer - first);
    }

    /// <summary>The same for 16 elements, with the same bits. Needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp2(Vector512<float> x)
    {
        var f = Avx512DQ.Reduce(x, ToNearest);
        var p = Vector512.FusedMultiplyAdd(Vector512.Create(Power6), f, Vector512.Create(Power5));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(Power4));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(Power3));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(Power2));
        p = Vector512.FusedMultiplyAdd(p, f, Vector512.Create(Power1));
        return Avx512F.Scale(Vector512.FusedMultiplyAdd(p, f, Vector512<float>.One), x - f);
    }

    /// <summary>eˣ of one number, with the bits of the vector form.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Exp(float x) => Exp(Vector256.Create(x))[0];

    /// <summary>1/(1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Sigmoid<TWidth, V>(V x)
        where TWidth : struct, IVectorWidth<V>
        where V : struct
    {
        var one = TWidth.Broadcast(1);
        return TWidth.Divide(one, TWidth.Add(one, TWidth.Exp(TWidth.Multiply(x, TWidth.Broadcast(-1)))));
    }

    /// <summary>2ᶠ for |f| ≤ ½.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfFraction(Vector256<float> f)
    {
        var p = Vector256.FusedMultiplyAdd(Vector256.Create(Power6), f, Vector256.Create(Power5));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(Power4));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(Power3));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(Power2));
        p = Vector256.FusedMultiplyAdd(p, f, Vector256.Create(Power1));
        return Vector256.FusedMultiplyAdd(p, f, Vector256<float>.One);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> PowerOfTwo(Vector256<int> n) => ((n + Vector256.Create(127)) << 23).AsSingle();

    /// <summary>All bits in the first lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> First(long count) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create((int)count));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Vector256<float> LoadOneByOne(float* from, long count)
    {
        var buffer = Vector256<float>.Zero;
        for (long i = 0; i < count; i++) ((float*)&buffer)[i] = from[i];
        return buffer;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void StoreOneByOne(Vector256<float> value, float* to, long count)
    {
        for (long i = 0; i < count; i++) to[i] = ((float*)&value)[i];
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's <c>==</c>, and the hashing that goes with it.</summary>
internal sealed class PythonEquality : IEqualityComparer<object>
{
    public static readonly PythonEquality Keys = new();

    bool IEqualityComparer<object>.Equals(object? a, object? b) => a is string x && b is string y ? x == y : AreEqual(a, b, 0);

    public int GetHashCode(object value) => HashOf(value);

    /// <summary>Numbers that are equal hash alike whatever their type. The hash is seeded, so that nobody can prepare collisions.</summary>
    private static int HashOf(object? value) => value switch
    {
        string text => text.GetHashCode(),
        bool flag => HashCode.Combine(flag ? 1L : 0L),
        long number => HashCode.Combine(number),
        double number when Math.Abs(number) < 9e18 && number == Math.Floor(number) => HashCode.Combine((long)number),
        double number when double.IsInteger(number) => HashCode.Combine(new BigInteger(number)),
        double number => HashCode.Combine(number),
        BigInteger number => HashCode.Combine(number),
        SequenceValue { Kind: SequenceKind.Tuple } tuple => HashOfItems(tuple),
        Undefined or null => 0,
        _ => RuntimeHelpers.GetHashCode(value),
    };

    private static int HashOfItems(SequenceValue tuple)
    {
        var hash = new HashCode();
        foreach (var item in tuple.Items) hash.Add(HashOf(item));
        return hash.ToHashCode();
    }

    public static bool AreEqual(Rendering rendering, object? a, object? b)
    {
        if (a is string x && b is string y)
        {
            if (x.Length == y.Length) rendering.ChargeText(x.Length);
            return x == y;
        }

        return AreEqual(a, b, 0, rendering);
    }

    private static bool AreEqual(object? a, object? b, int depth, Rendering? rendering = null)
    {
        if (depth > Limits.ValueDepth) throw new TemplateFailure("values nest too deeply to be compared");
        rendering?.Charge(1);
        if (ReferenceEquals(a, b)) return a is not double.NaN;
        if (a is null || b is null) return false;
        if (Arithmetic.IsNumber(a) && Arithmetic.IsNumber(b)) return Arithmetic.Compare(a, b) == 0;
        return (a, b) switch
        {
            (string x, string y) => x == y,
            (Undefined, Undefined) => true,
            (SequenceValue x, SequenceValue y) => SameItems(x, y, depth, rendering),
            (DictValue x, DictValue y) => SameEntries(x, y, depth, rendering),
            (RangeValue x, RangeValue y) => x.Count == y.Count && (x.Count == 0 || (x.Start == y.Start && (x.Count == 1 || x.Step == y.Step))),
            _ => false,
        };
    }

    private static bool SameItems(SequenceValue a, SequenceValue b, int depth, Rendering? rendering)
    {
        if (a.Kind != b.Kind || !a.IsListOrTuple || a.Items.Count != b.Items.Count) return false;
        for (var i = 0; i < a.Items.Count; i++)
        {
            if (!AreEqual(a.Items[i], b.Items[i], depth + 1, rendering)) return false;
        }

        return true;
    }

    private static bool SameEntries(DictValue a, DictValue b, int depth, Rendering? rendering)
    {
        if (a.Count != b.Count) return false;
        foreach (var (key, value) in a.Pairs)
        {
            if (!b.TryGet(key, out var other) || !AreEqual(value, other, depth + 1, rendering)) return false;
        }

        return true;
    }
}

using Hone.TinyModel.Language;

namespace Hone.TinyModel.Facts;

/// <summary>Facts about numbers from 0 to 100.</summary>
internal static class Numbers
{
    /// <summary>The largest number of the small world.</summary>
    public const int Largest = 100;

    /// <summary>The sum of two numbers that stays within the world.</summary>
    public static Fact Addition(RowRandom random)
    {
        // Half of the sums are small, so that the model meets the one-digit table often.
        var largest = random.Chance(50) ? 20 : Largest;
        var zero = random.Chance(4) ? 0 : 1;
        var a = random.Between(zero, largest - zero);
        return Add(a, random.Between(zero, largest - a));
    }

    /// <summary>Something added to a given number.</summary>
    public static Fact? AdditionTo(int a, RowRandom random) => a >= Largest ? null : Add(a, random.Between(1, Math.Min(20, Largest - a)));

    /// <summary>A difference that is not negative.</summary>
    public static Fact Subtraction(RowRandom random)
    {
        var a = random.Between(1, random.Chance(50) ? 20 : Largest);
        return Subtract(a, random.Between(random.Chance(4) ? 0 : 1, a));
    }

    /// <summary>Something taken from a given number.</summary>
    public static Fact? SubtractionFrom(int a, RowRandom random) => a < 1 ? null : Subtract(a, random.Between(1, Math.Min(20, a)));

    /// <summary>The times table up to 10 × 10.</summary>
    public static Fact[] Products() =>
        [.. from a in Enumerable.Range(1, 10) from b in Enumerable.Range(1, 10) select Computed($"times:{a}:{b}", a, b, a * b)];

    /// <summary>Twice a number.</summary>
    public static Fact? Double(int a) => a is < 1 or > Largest / 2 ? null : Computed($"double:{a}", a, 2, 2 * a);

    /// <summary>Half of an even number.</summary>
    public static Fact? Half(int a) => a < 2 || a % 2 != 0 ? null : Computed($"half:{a}", a, 2, a / 2);

    /// <summary>A number with its neighbours, its name and whether it is even.</summary>
    public static Fact Single(int a) => new($"number:{a}", $"number:{a}", new Dictionary<string, string>
    {
        ["a"] = $"{a}",
        ["a_word"] = English.Number(a),
        ["a_word_zh"] = Chinese.Number(a),
        ["next"] = $"{a + 1}",
        ["previous"] = $"{a - 1}",
        ["parity"] = a % 2 == 0 ? "even" : "odd",
        ["parity_zh"] = a % 2 == 0 ? "偶数" : "奇数",
    });

    /// <summary>Two different numbers, the bigger one named.</summary>
    public static Fact Pair(RowRandom random)
    {
        var a = random.Below(Largest + 1);
        var b = random.Below(Largest);
        if (b >= a) b++;
        var (small, big) = a < b ? (a, b) : (b, a);
        return new Fact($"pair:{small}:{big}", $"pair:{small}:{big}", new Dictionary<string, string>
        {
            ["a"] = $"{a}",
            ["b"] = $"{b}",
            ["bigger"] = $"{big}",
            ["smaller"] = $"{small}",
        });
    }

    /// <summary>Three different numbers and their order.</summary>
    public static Fact Sort(RowRandom random)
    {
        var three = random.Shuffled(Enumerable.Range(1, Largest)).AsSpan(0, 3).ToArray();
        var sorted = three.Order().ToArray();
        var key = string.Join(", ", sorted);
        return new Fact($"sort:{key}", $"sort:{key}", new Dictionary<string, string>
        {
            ["first"] = $"{three[0]}",
            ["second"] = $"{three[1]}",
            ["third"] = $"{three[2]}",
            ["sorted"] = key,
            ["largest"] = $"{sorted[2]}",
        });
    }

    /// <summary>Three numbers with a constant step, and the fourth.</summary>
    public static Fact Sequence(RowRandom random)
    {
        var step = random.Pick([1, 2, 2, 3, 4, 5, 5, 10, 10]);
        var start = random.Between(0, Largest - (3 * step));
        return new Fact($"sequence:{start}:{step}", $"sequence:{start}:{step}", new Dictionary<string, string>
        {
            ["first"] = $"{start}",
            ["second"] = $"{start + step}",
            ["third"] = $"{start + (2 * step)}",
            ["result"] = $"{start + (3 * step)}",
        });
    }

    /// <summary>Two numbers far outside the world, for questions that the model should decline.</summary>
    public static Fact LargePair(RowRandom random)
    {
        var (a, b) = (random.Between(1001, 99999), random.Between(101, 9999));
        return new Fact($"large:{a}", $"large:{a}:{b}", new Dictionary<string, string> { ["a"] = $"{a}", ["b"] = $"{b}" });
    }

    /// <summary>a + b, whichever comes first being the same instance.</summary>
    public static Fact Add(int a, int b) => Computed($"add:{Math.Min(a, b)}:{Math.Max(a, b)}", a, b, a + b);

    /// <summary>a − b.</summary>
    public static Fact Subtract(int a, int b) => Computed($"subtract:{a}:{b}", a, b, a - b);

    private static Fact Computed(string instance, int a, int b, int result) =>
        new(instance, instance, new Dictionary<string, string> { ["a"] = $"{a}", ["b"] = $"{b}", ["result"] = $"{result}" }, result);
}

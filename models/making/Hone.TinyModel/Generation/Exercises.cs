using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Generation;

/// <summary>Texts that drill: sums in figures and words, counting, days, months and the alphabet.</summary>
internal sealed class Exercises(World world)
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    /// <summary>Lines of sums; those that are held out are left out.</summary>
    public string Sums(Tongue tongue, RowRandom random)
    {
        var inWords = random.Chance(25);
        var sums = random.Chance(40) ? Column(random) : Mixed(random);
        return string.Join('\n', sums.Take(inWords ? 8 : 14).Select(sum => inWords ? InWords(sum, tongue) : $"{sum.A} {sum.Sign} {sum.B} = {sum.Result}"));
    }

    /// <summary>A stretch of numbers, days, months or letters in order.</summary>
    public string Counting(Tongue tongue, RowRandom random)
    {
        var comma = tongue == Tongue.English ? ", " : "、";
        return random.Below(6) switch
        {
            0 => string.Join(comma, Steps(random, 12).Select(n => $"{n}")),
            1 => string.Join(comma, Steps(random, 8).Select(n => tongue == Tongue.English ? English.Number(n) : Chinese.Number(n))),
            2 => string.Join('\n', Steps(random, 8).Select(n => tongue == Tongue.English ? $"{n}: {English.Number(n)}" : $"{n}：{Chinese.Number(n)}")),
            3 => string.Join(comma, Stretch(world["days"].All!, random, 7).Select(day => day.Find("day", tongue))),
            4 => string.Join(comma, Stretch(world["months"].All!, random, 12).Select(month => month.Find("month", tongue))),
            _ => string.Join(' ', Alphabet[random.Below(20)..].AsEnumerable()),
        };
    }

    private static IEnumerable<Sum> Column(RowRandom random)
    {
        var b = random.Between(0, 20);
        var sign = random.Pick(["+", "+", "-", "×"]);
        var first = sign == "-" ? b : random.Between(0, 40);
        if (sign == "×") (b, first) = (random.Between(1, 10), 1);
        return Enumerable.Range(first, sign == "×" ? 10 : 20).Select(a => Sum.Of(a, sign, b)).Where(sum => !sum.IsHeldOut && Math.Max(sum.A, sum.Result) <= Numbers.Largest);
    }

    private IEnumerable<Sum> Mixed(RowRandom random)
    {
        while (true)
        {
            var sign = random.Pick(["+", "+", "+", "-", "-", "×"]);
            var source = sign switch { "+" => "additions", "-" => "subtractions", _ => "products" };
            var values = world[source].Draw(random).Values;
            var sum = Sum.Of(int.Parse(values["a"]), sign, int.Parse(values["b"]));
            if (!sum.IsHeldOut) yield return sum;
        }
    }

    private static string InWords(Sum sum, Tongue tongue)
    {
        var (a, b, result) = (sum.A, sum.B, sum.Result);
        if (tongue == Tongue.Chinese)
            return $"{Chinese.Number(a)}{sum.Sign switch { "+" => "加", "-" => "减", _ => "乘" }}{Chinese.Number(b)}等于{Chinese.Number(result)}。";
        var sign = sum.Sign switch { "+" => "plus", "-" => "minus", _ => "times" };
        return English.Capitalised($"{English.Number(a)} {sign} {English.Number(b)} is {English.Number(result)}.");
    }

    private static List<int> Steps(RowRandom random, int count)
    {
        var step = random.Pick([1, 1, 1, 2, 5, 10]);
        // A held-out row of numbers must not be seen here, so a stretch ends before the first one.
        var numbers = new List<int>();
        for (var n = random.Between(0, 60); n <= Numbers.Largest && numbers.Count < count; n += step)
        {
            if (numbers.Count >= 3 && HeldOut.Contains(HeldOut.Instance($"sequence:{n - (3 * step)}:{step}"))) break;
            numbers.Add(n);
        }

        return numbers;
    }

    private static IEnumerable<Fact> Stretch(Fact[] ring, RowRandom random, int count)
    {
        var start = random.Below(ring.Length);
        return Enumerable.Range(start, count).Select(i => ring[i % ring.Length]);
    }

    private readonly record struct Sum(int A, string Sign, int B, int Result, bool IsHeldOut)
    {
        public static Sum Of(int a, string sign, int b) => sign switch
        {
            "+" => new(a, sign, b, a + b, HeldOut.Contains(HeldOut.Instance(Numbers.Add(a, b).Instance))),
            "-" => new(a, sign, b, a - b, HeldOut.Contains(HeldOut.Instance(Numbers.Subtract(a, b).Instance))),
            _ => new(a, sign, b, a * b, false),
        };
    }
}

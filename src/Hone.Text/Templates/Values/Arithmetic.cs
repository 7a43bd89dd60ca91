using System.Numerics;
using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Python's arithmetic: integers of any size (up to a limit), floats, and <c>+ * %</c> on texts and lists.</summary>
internal static class Arithmetic
{
    public static bool IsNumber(object? value) => value is long or double or bool or BigInteger;

    public static bool IsInteger(object? value) => value is long or bool or BigInteger;

    public static object Add(Rendering rendering, object? a, object? b)
    {
        if (a is long x && b is long y)
        {
            var sum = unchecked(x + y);
            return ((x ^ sum) & (y ^ sum)) < 0 ? (object)((BigInteger)x + y) : sum;
        }

        if (a is string s)
        {
            if (b is not string t) throw b is Undefined u ? u.Failure() : new TemplateFailure($"can only concatenate str (not \"{TypeNames.Of(b)}\") to str");
            rendering.Reserve((long)s.Length + t.Length);
            return s + t;
        }

        if (a is SequenceValue { IsListOrTuple: true } p && b is SequenceValue q && p.Kind == q.Kind)
        {
            rendering.Charge(p.Items.Count + q.Items.Count);
            return new SequenceValue([.. p.Items, .. q.Items], p.Kind);
        }

        return Numeric(rendering, "+", a, b);
    }

    public static object Multiply(Rendering rendering, object? a, object? b)
    {
        if (a is string && IsInteger(b)) return Repeat(rendering, (string)a, ToBig(b!));
        if (b is string && IsInteger(a)) return Repeat(rendering, (string)b, ToBig(a!));
        if (a is SequenceValue { IsListOrTuple: true } p && IsInteger(b)) return Repeat(rendering, p, ToBig(b!));
        if (b is SequenceValue { IsListOrTuple: true } q && IsInteger(a)) return Repeat(rendering, q, ToBig(a!));
        return Numeric(rendering, "*", a, b);
    }

    /// <summary>One of <c>+ - * / // % **</c> on two numbers.</summary>
    public static object Numeric(Rendering rendering, string operation, object? a, object? b)
    {
        if (!IsNumber(a) || !IsNumber(b)) throw Unsupported(operation, a, b);
        if (a is BigInteger || b is BigInteger) rendering.Charge(64);
        if (operation == "/") return Divide(a!, b!);
        if (a is double || b is double) return OnFloats(operation, ToDouble(a!), ToDouble(b!));
        return OnIntegers(rendering, operation, ToBig(a!), ToBig(b!));
    }

    public static object Negate(object? value) => value switch
    {
        double number => -number,
        _ when IsInteger(value) => Normal(-ToBig(value!)),
        Undefined missing => throw missing.Failure(),
        _ => throw new TemplateFailure($"bad operand type for unary -: '{TypeNames.Of(value)}'"),
    };

    public static object Plus(object? value) => value switch
    {
        bool flag => flag ? 1L : 0L,
        _ when IsNumber(value) => value!,
        Undefined missing => throw missing.Failure(),
        _ => throw new TemplateFailure($"bad operand type for unary +: '{TypeNames.Of(value)}'"),
    };

    /// <summary>Exact even between integers and floats. Not a number is above everything, and never equal.</summary>
    public static int Compare(object a, object b)
    {
        if (a is long x && b is long y) return x.CompareTo(y);
        if (a is not double && b is not double) return ToBig(a).CompareTo(ToBig(b));
        if (a is double p && b is double q) return double.IsNaN(p) || double.IsNaN(q) ? 1 : p.CompareTo(q);
        if (b is double) return -Compare(b, a);
        var number = (double)a;
        if (double.IsNaN(number)) return 1;
        if (double.IsInfinity(number)) return number > 0 ? 1 : -1;
        var whole = new BigInteger(Math.Floor(number));
        var order = whole.CompareTo(ToBig(b));
        return order != 0 ? order : number > Math.Floor(number) ? 1 : 0;
    }

    public static BigInteger ToBig(object value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long number => number,
        _ => (BigInteger)value,
    };

    public static double ToDouble(object value) => value switch
    {
        double number => number,
        long number => number,
        bool flag => flag ? 1 : 0,
        _ => FiniteDouble((BigInteger)value),
    };

    /// <summary>An integer as it is stored: long where it fits.</summary>
    public static object Normal(BigInteger value) => value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;

    public static string Repeat(Rendering rendering, string text, BigInteger times)
    {
        if (times.Sign <= 0 || text.Length == 0) return "";
        if (times > Limits.OutputLength) throw new TemplateFailure("the template makes too much text");
        rendering.Reserve(text.Length * (long)times);
        return string.Create(text.Length * (int)times, text, static (span, unit) =>
        {
            for (var at = 0; at < span.Length; at += unit.Length) unit.CopyTo(span[at..]);
        });
    }

    public static TemplateFailure Unsupported(string operation, object? a, object? b)
    {
        if (a is Undefined missing) return missing.Failure();
        if (b is Undefined missingToo) return missingToo.Failure();
        return new TemplateFailure($"unsupported operand type(s) for {operation}: '{TypeNames.Of(a)}' and '{TypeNames.Of(b)}'");
    }

    private static SequenceValue Repeat(Rendering rendering, SequenceValue sequence, BigInteger times)
    {
        var items = new List<object?>();
        if (times.Sign > 0 && sequence.Items.Count > 0)
        {
            if (times * sequence.Items.Count > Limits.RepeatedItems) throw new TemplateFailure("the template makes too long a list");
            rendering.Charge(sequence.Items.Count * (long)times);
            for (var i = 0; i < (int)times; i++) items.AddRange(sequence.Items);
        }

        return new SequenceValue(items, sequence.Kind);
    }

    private static object Divide(object a, object b)
    {
        var divisor = ToDouble(b);
        if (divisor == 0) throw new TemplateFailure("division by zero");
        return ToDouble(a) / divisor;
    }

    private static double OnFloats(string operation, double a, double b)
    {
        if (operation is "//" or "%" && b == 0) throw new TemplateFailure("float division or modulo by zero");
        return operation switch
        {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "//" => Math.Floor((a - Modulo(a, b)) / b + 0.5),
            "%" => Modulo(a, b),
            _ => PowerOfFloats(a, b),
        };
    }

    /// <summary>The remainder has the divisor's sign.</summary>
    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        if (rest != 0 && (rest < 0) != (b < 0)) rest += b;
        return rest == 0 ? Math.CopySign(0, b) : rest;
    }

    private static double PowerOfFloats(double a, double b)
    {
        if (a == 0 && b < 0) throw new TemplateFailure("0.0 cannot be raised to a negative power");
        if (a < 0 && b != Math.Floor(b)) throw new TemplateFailure("a negative number cannot be raised to a fractional power");
        var result = Math.Pow(a, b);
        if (double.IsInfinity(result) && double.IsFinite(a) && double.IsFinite(b)) throw new TemplateFailure("Result too large");
        return result;
    }

    private static object OnIntegers(Rendering rendering, string operation, BigInteger a, BigInteger b)
    {
        switch (operation)
        {
            case "+": return Normal(Bounded(a + b));
            case "-": return Normal(Bounded(a - b));
            case "*": return Normal(Bounded(a * b));
            case "**": return Power(rendering, a, b);
        }

        if (b.IsZero) throw new TemplateFailure("integer division or modulo by zero");
        var quotient = BigInteger.DivRem(a, b, out var rest);
        if (!rest.IsZero && (rest.Sign < 0) != (b.Sign < 0))
        {
            quotient -= 1;
            rest += b;
        }

        return Normal(operation == "//" ? quotient : rest);
    }

    private static object Power(Rendering rendering, BigInteger a, BigInteger b)
    {
        if (b.Sign < 0) return PowerOfFloats(ToDouble(a), ToDouble(b));
        if (BigInteger.Abs(a) <= 1) return Normal(b.IsZero ? 1 : a.IsOne || a.IsZero || b.IsEven ? BigInteger.Abs(a) : a);
        if (b > Limits.IntegerBits || BigInteger.Abs(a).GetBitLength() * (long)b > Limits.IntegerBits * 2L) throw TooBig();
        rendering.Charge(64);
        return Normal(Bounded(BigInteger.Pow(a, (int)b)));
    }

    private static BigInteger Bounded(BigInteger value) => value.GetBitLength() > Limits.IntegerBits ? throw TooBig() : value;

    private static double FiniteDouble(BigInteger value)
    {
        var number = (double)value;
        return double.IsFinite(number) ? number : throw new TemplateFailure("int too large to convert to float");
    }

    private static TemplateFailure TooBig() => new("the template makes too big an integer");
}

using System.Numerics;

namespace Hone.Text.Templates.Values;

/// <summary>Python's truth of a value.</summary>
internal static class PythonTruth
{
    public static readonly object True = true;
    public static readonly object False = false;

    public static object Box(bool value) => value ? True : False;

    public static bool Of(object? value) => value switch
    {
        null => false,
        bool flag => flag,
        string text => text.Length > 0,
        long number => number != 0,
        double number => number != 0,
        BigInteger number => !number.IsZero,
        SequenceValue sequence => sequence.IsGenerator || sequence.Items.Count > 0,
        DictValue dict => dict.Count > 0,
        RangeValue range => range.Count > 0,
        LoopValue loop => loop.Length > 0,
        Undefined => false,
        _ => true,
    };
}

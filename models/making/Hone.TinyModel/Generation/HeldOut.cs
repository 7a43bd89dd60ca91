using System.Text;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Generation;

/// <summary>
/// Which questions are kept out of training. It is a pure function of the question, the same for every seed, so training rows
/// of any seed and held-out rows of any seed never share one.
/// </summary>
internal static class HeldOut
{
    private const ulong OneIn = 10;

    /// <summary>The identity of a question that is known by its words; capitals and punctuation make no difference.</summary>
    public static string Words(string question)
    {
        var identity = new StringBuilder("words:");
        foreach (var c in question)
        {
            if (char.IsLetterOrDigit(c) || "+-×÷=".Contains(c, StringComparison.Ordinal)) identity.Append(char.ToLowerInvariant(c));
        }

        return identity.ToString();
    }

    /// <summary>The identity of a question that is known by what is computed, however it is asked.</summary>
    public static string Instance(string instance) => "instance:" + instance;

    /// <summary>The identity of a question that only has a meaning after another.</summary>
    public static string After(string previous, string question) => "after:" + previous + "\n" + question;

    /// <summary>True for one identity in ten.</summary>
    public static bool Contains(string identity) => RowRandom.Hash("held out " + identity) % OneIn == 0;
}

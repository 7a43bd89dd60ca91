using System.Numerics;

namespace Hone.Inference;

/// <summary>
/// Turns raw logits into those that a token is drawn from, in the order Hugging Face's generate uses: repetition penalty,
/// n-grams, minimum length, then temperature, top-k, top-p, min-p. A removed token gets minus infinity.
/// </summary>
public static class LogitsProcessing
{
    /// <summary>Applies everything that the options ask for.</summary>
    /// <param name="logits">[V], changed in place.</param>
    /// <param name="tokens">Prompt and answer so far.</param>
    /// <param name="promptLength">How many of them are the prompt.</param>
    /// <param name="options">What to apply.</param>
    public static void Apply(Span<float> logits, ReadOnlySpan<int> tokens, int promptLength, GenerationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.RepetitionPenalty != 1) PenalizeRepetition(logits, tokens, options.RepetitionPenalty);
        if (options.NoRepeatNgramSize > 0) ForbidRepeatedNgrams(logits, tokens, options.NoRepeatNgramSize);
        if (tokens.Length - promptLength < options.MinNewTokens)
        {
            foreach (var id in options.StopIds) logits[id] = float.NegativeInfinity;
        }

        if (options.Temperature <= 0) return;
        if (options.Temperature != 1)
        {
            foreach (ref var x in logits) x /= options.Temperature;
        }

        if (options.TopK > 0) KeepTopK(logits, options.TopK);
        if (options.TopP < 1) KeepTopP(logits, options.TopP);
        if (options.MinP > 0) KeepMinP(logits, options.MinP);
    }

    /// <summary>Each distinct token seen: a positive logit is divided by the penalty, a negative one multiplied.</summary>
    public static void PenalizeRepetition(Span<float> logits, ReadOnlySpan<int> tokens, float penalty)
    {
        var seen = new HashSet<int>(tokens.Length);
        foreach (var id in tokens)
        {
            if (seen.Add(id)) logits[id] = logits[id] < 0 ? logits[id] * penalty : logits[id] / penalty;
        }
    }

    /// <summary>Removes every token that would complete a run of n tokens for the second time.</summary>
    public static void ForbidRepeatedNgrams(Span<float> logits, ReadOnlySpan<int> tokens, int n)
    {
        if (tokens.Length < n) return;
        var tail = tokens[^(n - 1)..];
        for (var i = 0; i + n <= tokens.Length; i++)
        {
            if (tokens.Slice(i, n - 1).SequenceEqual(tail)) logits[tokens[i + n - 1]] = float.NegativeInfinity;
        }
    }

    /// <summary>Keeps the k largest logits, and those equal to the k-th.</summary>
    public static void KeepTopK(Span<float> logits, int k)
    {
        if (k >= logits.Length) return;
        var sorted = logits.ToArray();
        Array.Sort(sorted);
        var least = sorted[^k];
        foreach (ref var x in logits)
        {
            if (x < least) x = float.NegativeInfinity;
        }
    }

    /// <summary>Keeps the smallest set of most likely tokens whose probability reaches p, never none.</summary>
    public static void KeepTopP(Span<float> logits, float p)
    {
        var order = new int[logits.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        var keys = logits.ToArray();
        Array.Sort(keys, order);
        var probabilities = Softmax(keys);
        double sum = 0;
        for (var i = 0; i < order.Length - 1; i++)
        {
            sum += probabilities[i];
            if (sum > 1 - p) break;
            logits[order[i]] = float.NegativeInfinity;
        }
    }

    /// <summary>Keeps tokens whose probability is at least p times the largest.</summary>
    public static void KeepMinP(Span<float> logits, float p)
    {
        var max = float.NegativeInfinity;
        foreach (var x in logits) max = Math.Max(max, x);
        var least = max + MathF.Log(p);
        foreach (ref var x in logits)
        {
            if (x < least) x = float.NegativeInfinity;
        }
    }

    /// <summary>Index of the largest logit, the first one of equals; NaN is never the largest, unless it comes first.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        if (logits.Length == 0 || float.IsNaN(logits[0])) return 0;
        var largest = logits[0];
        var lanes = new Vector<float>(largest);
        var i = 0;
        for (; i + Vector<float>.Count <= logits.Length; i += Vector<float>.Count)
        {
            var next = new Vector<float>(logits[i..]);
            lanes = Vector.ConditionalSelect(Vector.GreaterThan(next, lanes), next, lanes);
        }

        for (var lane = 0; lane < Vector<float>.Count; lane++) largest = Math.Max(largest, lanes[lane]);
        for (; i < logits.Length; i++)
        {
            if (logits[i] > largest) largest = logits[i];
        }

        var first = 0;
        while (logits[first] != largest) first++;
        return first;
    }

    /// <summary>Draws a token from softmax(logits) with a number in [0, 1).</summary>
    public static int Draw(ReadOnlySpan<float> logits, double uniform)
    {
        var probabilities = Softmax(logits);
        double sum = 0;
        var last = 0;
        for (var i = 0; i < probabilities.Length; i++)
        {
            if (probabilities[i] == 0) continue;
            last = i;
            sum += probabilities[i];
            if (uniform < sum) return i;
        }

        return last;
    }

    private static double[] Softmax(ReadOnlySpan<float> logits)
    {
        var max = float.NegativeInfinity;
        foreach (var x in logits) max = Math.Max(max, x);
        var result = new double[logits.Length];
        double sum = 0;
        for (var i = 0; i < result.Length; i++) sum += result[i] = Math.Exp((double)logits[i] - max);
        for (var i = 0; i < result.Length; i++) result[i] /= sum;
        return result;
    }
}

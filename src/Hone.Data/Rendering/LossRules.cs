using System.Text.RegularExpressions;

namespace Hone.Data.Rendering;

/// <summary>
/// What loss rules make of an answer: a factor for each character. Rules are ms-swift's; several multiply. A rule of patterns
/// weighs what it matches; a rule of keywords weighs each keyword, and the text behind it up to the next one.
/// </summary>
internal static partial class LossRules
{
    private static readonly (string Keyword, float Own, float Behind)[] React =
        [("Action:", 2, 2), ("Action Input:", 2, 2), ("Thought:", 1, 1), ("Final Answer:", 1, 1), ("Observation:", 2, 0)];

    private static readonly (string Keyword, float Own, float Behind)[] AlphaUmi = [.. React, ("Next:", 2, 2)];

    private static readonly (string Keyword, float Own, float Behind)[] Qwen =
        [("✿FUNCTION✿:", 2, 2), ("✿ARGS✿:", 2, 2), ("✿RETURN✿:", 1, 1), ("✿RESULT✿:", 2, 0)];

    /// <summary>The answer cut into stretches of one factor each, in order; nothing but itself where no rule applies.</summary>
    public static List<(int Length, float Factor)> Apply(ReadOnlySpan<char> answer, IReadOnlyList<LossRule> rules)
    {
        if (rules.Count == 0) return [(answer.Length, 1)];
        var factors = new float[answer.Length];
        Array.Fill(factors, 1);
        foreach (var rule in rules) Apply(rule, answer, factors);
        var stretches = new List<(int, float)>();
        for (var i = 0; i < factors.Length;)
        {
            var end = i + 1;
            while (end < factors.Length && factors[end] == factors[i]) end++;
            stretches.Add((end - i, factors[i]));
            i = end;
        }

        return stretches;
    }

    private static void Apply(LossRule rule, ReadOnlySpan<char> answer, Span<float> factors)
    {
        switch (rule)
        {
            case LossRule.IgnoreEmptyThink: ApplyPattern(EmptyThink(), 0, answer, factors); break;
            case LossRule.IgnoreThinkPrefix: ApplyPattern(ThinkPrefix(), 0, answer, factors); break;
            case LossRule.Hermes: ApplyPattern(ToolCall(), 2, answer, factors); break;
            case LossRule.React: ApplyKeywords(React, answer, factors); break;
            case LossRule.Qwen: ApplyKeywords(Qwen, answer, factors); break;
            case LossRule.AlphaUmi: ApplyKeywords(AlphaUmi, answer, factors); break;
            default: throw new ArgumentOutOfRangeException(nameof(rule), rule, null);
        }
    }

    private static void ApplyPattern(Regex pattern, float factor, ReadOnlySpan<char> answer, Span<float> factors)
    {
        foreach (var match in pattern.EnumerateMatches(answer))
        {
            foreach (ref var f in factors.Slice(match.Index, match.Length)) f *= factor;
        }
    }

    private static void ApplyKeywords((string Keyword, float Own, float Behind)[] keywords, ReadOnlySpan<char> answer, Span<float> factors)
    {
        var behind = 1f;
        for (var i = 0; i < answer.Length;)
        {
            var rest = answer[i..];
            var length = 1;
            var factor = behind;
            foreach (var (keyword, own, after) in keywords)
            {
                if (!rest.StartsWith(keyword, StringComparison.Ordinal)) continue;
                (length, factor, behind) = (keyword.Length, own, after);
                break;
            }

            foreach (ref var f in factors.Slice(i, length)) f *= factor;
            i += length;
        }
    }

    // Answers begin behind the prompt, which may hold the opening tag already.
    [GeneratedRegex(@"\A(?:<think>\s*</think>|</think>)\s*", RegexOptions.NonBacktracking)]
    private static partial Regex EmptyThink();

    [GeneratedRegex(@"\A<think>\n?", RegexOptions.NonBacktracking)]
    private static partial Regex ThinkPrefix();

    [GeneratedRegex("<tool_call>.+?</tool_call>", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex ToolCall();
}

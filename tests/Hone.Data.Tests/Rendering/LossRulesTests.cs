using System.Globalization;
using Hone.Data.Rendering;

namespace Hone.Data.Tests.Rendering;

public class LossRulesTests
{
    [Theory]
    [InlineData("plain", "plain×1")]
    [InlineData("<think>\n\n</think>\n\nHi", "<think>\n\n</think>\n\n×0|Hi×1", LossRule.IgnoreEmptyThink)]
    [InlineData("<think>x</think>Hi", "<think>x</think>Hi×1", LossRule.IgnoreEmptyThink)]
    [InlineData("</think>\n\nHi", "</think>\n\n×0|Hi×1", LossRule.IgnoreEmptyThink)]
    [InlineData("a <think></think>", "a <think></think>×1", LossRule.IgnoreEmptyThink)]
    [InlineData("<think>\nx</think>", "<think>\n×0|x</think>×1", LossRule.IgnoreThinkPrefix)]
    [InlineData("a<tool_call>\nb\n</tool_call>c<tool_call>d</tool_call>", "a×1|<tool_call>\nb\n</tool_call>×2|c×1|<tool_call>d</tool_call>×2", LossRule.Hermes)]
    [InlineData("Thought: t\nAction: f\nAction Input: x\nObservation: o\nThought: u\nFinal Answer: v",
        "Thought: t\n×1|Action: f\nAction Input: x\nObservation:×2| o\n×0|Thought: u\nFinal Answer: v×1", LossRule.React)]
    [InlineData("a Next: b", "a ×1|Next: b×2", LossRule.AlphaUmi)]
    [InlineData("✿FUNCTION✿: f\n✿RESULT✿: r\n✿RETURN✿: d", "✿FUNCTION✿: f\n✿RESULT✿:×2| r\n×0|✿RETURN✿: d×1", LossRule.Qwen)]
    [InlineData("<think></think><tool_call>a</tool_call>", "<think></think>×0|<tool_call>a</tool_call>×2", LossRule.IgnoreEmptyThink, LossRule.Hermes)]
    public void Parts_of_an_answer_weigh_what_the_rules_say(string answer, string expected, params LossRule[] rules)
    {
        var at = 0;
        var shown = new List<string>();
        foreach (var (length, factor) in LossRules.Apply(answer, rules))
        {
            shown.Add(string.Create(CultureInfo.InvariantCulture, $"{answer.AsSpan(at, length)}×{factor}"));
            at += length;
        }

        Assert.Equal(answer.Length, at);
        Assert.Equal(expected, string.Join('|', shown));
    }
}

using System.Globalization;
using Hone.Data.Rendering;
using Hone.Data.Schemas;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Schemas;

/// <summary>Every row form, from its example file to the tokens that are learned, with a real tokenizer and a real template.</summary>
public sealed class RowFormatTests
{
    private const string Call = "<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"CITY\"}}\n</tool_call><|im_end|>";

    private static readonly Lazy<(Tokenizer Tokenizer, ChatTemplate Template)> s_qwen25 = new(() => Load("qwen2.5", "qwen2.5.jinja"));
    private static readonly Lazy<(Tokenizer Tokenizer, ChatTemplate Template)> s_qwen3 = new(() => Load("qwen2.5", "qwen3.jinja"));

    /// <summary>Learned text of each row: turns between bars, with weights that are not 1 before them; rows between arrows.</summary>
    [Theory]
    [InlineData("query_response.jsonl", "Cold.<|im_end|>|Low.<|im_end|>➜The Rhine.<|im_end|>", "query → response")]
    [InlineData("response_only.jsonl", "The moon has no air.<|im_end|>➜Bread is older than iron.<|im_end|>", "response (plain text); text (plain text)")]
    [InlineData("conversations.jsonl", "Oak.<|im_end|>", "conversations (from, value)")]
    [InlineData("messages.jsonl", "Iron.<|im_end|>|Zinc.<|im_end|>", "messages")]
    [InlineData("conversation_pairs.jsonl", "Wren.<|im_end|>|Rook.<|im_end|>", "conversation (questions with answers)")]
    [InlineData("alpaca.jsonl", "HONE<|im_end|>➜A square.<|im_end|>|Blue.<|im_end|>", "instruction + input → output; instruction → output")]
    [InlineData("message_loss.jsonl", "0.5×No: 4.<|im_end|>", "messages")]
    [InlineData("row_weight.jsonl", "0.25×6<|im_end|>➜Hello!<|im_end|>", "messages")]
    [InlineData("tool_call.jsonl", "CALL Bern|It is clear in Bern.<|im_end|>", "messages")]
    [InlineData("openai_tools.jsonl", "CALL Oslo|It rains in Oslo.<|im_end|>", "messages")]
    [InlineData("anthropic_tools.jsonl", "I will look.\nCALL Rome|The sun shines in Rome.<|im_end|>", "messages")]
    [InlineData("template_arguments.jsonl", "Yes.<|im_end|>", "messages")]
    [InlineData("sharegpt.json", "CALL Lima|Lima lies in fog.<|im_end|>", "conversations (from, value)")]
    [InlineData("content_parts.jsonl", "0.5×<think>\nThe nearest?\n</think>\n\nMercury.<|im_end|>", "messages")]
    [InlineData("chatml.json", "Cod.<|im_end|>", "messages")]
    [InlineData("segments.jsonl", " Ruby.<|im_end|>", "segments")]
    [InlineData("train_flags.jsonl", "Then pear.<|im_end|>", "messages")]
    [InlineData("prompt_completion.jsonl", "The Pacific.<|im_end|>➜The Black Sea.<|im_end|>", "prompt → completion; prompt, completion (messages)")]
    [InlineData("input_ids.jsonl", " am a➜0.5× am|2× a", "input_ids")]
    [InlineData("described.jsonl", "Until six.<|im_end|>", "chat")]
    public void What_a_form_teaches(string file, string expected, string form)
    {
        var data = LoadExample(s_qwen25.Value, file, new DatasetOptions());
        Assert.Empty(data.Report.Rejected.First);
        foreach (var city in (string[])["Bern", "Oslo", "Rome", "Lima"])
            expected = expected.Replace("CALL " + city, Call.Replace("CITY", city, StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(expected, string.Join('➜', data.Samples.Select(s => Learned(s_qwen25.Value.Tokenizer, s))));
        Assert.Equal(form, string.Join("; ", data.Report.Forms.Select(f => f.Form)));
        Assert.Equal(0, data.Report.TurnsWithoutEnd);
    }

    [Fact]
    public void The_prompt_holds_system_tools_and_what_a_tool_said()
    {
        var prompt = Unlearned(LoadExample(s_qwen25.Value, "tool_call.jsonl", new DatasetOptions()).Samples[0]);
        Assert.Contains("\"description\": \"The weather of a city\"", prompt, StringComparison.Ordinal);
        Assert.Contains("<tool_response>\n{\"sky\": \"clear\"}\n</tool_response>", prompt, StringComparison.Ordinal);
        Assert.Contains("<|im_start|>system\nYou keep a shop.<|im_end|>", Unlearned(LoadExample(s_qwen25.Value, "described.jsonl", new DatasetOptions()).Samples[0]), StringComparison.Ordinal);
        Assert.Contains("user\nPut into capitals.\nhone<|im_end|>", Unlearned(LoadExample(s_qwen25.Value, "alpaca.jsonl", new DatasetOptions()).Samples[0]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "<think>\n7 x 8 is 56.\n</think>\n\n56<|im_end|>➜<think>\n6 x 8 is 48.\n</think>\n\n48<|im_end|>➜<think>\n\n</think>\n\nHello!<|im_end|>")]
    [InlineData("IgnoreEmptyThink", "<think>\n7 x 8 is 56.\n</think>\n\n56<|im_end|>➜<think>\n6 x 8 is 48.\n</think>\n\n48<|im_end|>➜Hello!<|im_end|>")]
    [InlineData("IgnoreThinkPrefix", "7 x 8 is 56.\n</think>\n\n56<|im_end|>➜6 x 8 is 48.\n</think>\n\n48<|im_end|>➜>\n\n</think>\n\nHello!<|im_end|>")] // this tokenizer writes ">\n\n" as one token, which belongs to what follows
    public void Thoughts_are_learned_and_empty_ones_are_not_where_a_rule_says_so(string rule, string expected)
    {
        var rules = rule.Length == 0 ? Array.Empty<LossRule>() : [Enum.Parse<LossRule>(rule)];
        var data = LoadExample(s_qwen3.Value, "thinking.jsonl", new DatasetOptions { LossRules = rules });
        Assert.Equal(expected, string.Join('➜', data.Samples.Select(s => Learned(s_qwen3.Value.Tokenizer, s))));
    }

    [Fact]
    public void A_template_takes_the_arguments_that_a_row_gives_it()
    {
        var data = LoadExample(s_qwen3.Value, "template_arguments.jsonl", new DatasetOptions());
        // With enable_thinking false the empty thoughts belong to the prompt.
        Assert.Equal("Yes.<|im_end|>", Learned(s_qwen3.Value.Tokenizer, data.Samples[0]));
    }

    [Fact]
    public void Columns_can_be_named_by_hand()
    {
        var columns = RowMapping.ParseColumns(["frage=query", "{\"antwort\": \"response\"}"]);
        var data = LoadExample(s_qwen25.Value, "own_names.jsonl", new DatasetOptions { Columns = columns });
        Assert.Equal("Graz.<|im_end|>", Learned(s_qwen25.Value.Tokenizer, data.Samples[0]));
        Assert.Equal([("frage → antwort", 1)], data.Report.Forms);
    }

    [Theory]
    [InlineData("frage", "columns is 'frage'")]
    [InlineData("frage=qeury", "which is no column known here")]
    [InlineData("{\"a\": 1}", "columns is '{\"a\": 1}'")]
    [InlineData("{\"a\": \"query\", \"b\": \"query\"}", "two columns to 'query'")]
    public void A_wrong_name_of_a_column_is_said(string columns, string message)
    {
        var e = Assert.Throws<HoneException>(() => RowMapping.ParseColumns([columns]));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_and_unused_columns_are_counted()
    {
        var report = LoadExample(s_qwen25.Value, "row_weight.jsonl", new DatasetOptions()).Report;
        Assert.Equal(["maths: 1 2", "talk: 1 3"], report.Channels.OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => $"{c.Key}: {c.Value.Samples} {c.Value.LearnedTokens}"));
        Assert.Equal([("source", 1), ("type", 1)], LoadExample(s_qwen25.Value, "chatml.json", new DatasetOptions()).Report.UnusedColumns);
    }

    [Theory]
    [InlineData(LossScope.LastTurn, "", "It is clear in Bern.<|im_end|>")]
    [InlineData(LossScope.AssistantTurns, "Hermes", "2×<tool_call>\n{\"name\": \"weather\", \"arguments\": {\"city\": \"Bern\"}}\n</tool_call>|<|im_end|>|It is clear in Bern.<|im_end|>")]
    public void Scopes_and_rules_hold_for_tool_calls(LossScope scope, string rule, string expected)
    {
        var rules = rule.Length == 0 ? Array.Empty<LossRule>() : [Enum.Parse<LossRule>(rule)];
        var data = LoadExample(s_qwen25.Value, "tool_call.jsonl", new DatasetOptions { Scope = scope, LossRules = rules });
        Assert.Equal(expected, Learned(s_qwen25.Value.Tokenizer, data.Samples[0]));
        Assert.Equal(0, data.Report.TurnsWithoutEnd);
    }

    [Fact]
    public void All_tokens_of_a_conversation_are_learned_but_for_messages_that_say_no()
    {
        var sample = LoadExample(s_qwen25.Value, "message_loss.jsonl", new DatasetOptions { Scope = LossScope.Everything }).Samples[0];
        Assert.Equal("5<|im_end|>", Unlearned(sample));
        Assert.Equal([0f, 0.5f, 1f], sample.LossWeights.Distinct().Order());
    }

    [Fact]
    public void Weights_reach_the_targets_of_a_micro_batch()
    {
        var sample = LoadExample(s_qwen25.Value, "message_loss.jsonl", new DatasetOptions()).Samples[0];
        var batch = new MicroBatch(sample.Ids.Length);
        batch.Append(sample.Ids, sample.LossWeights, 0);
        Assert.Equal(sample.LossWeights[1..].Where(w => w > 0), batch.Weights.Where(w => w > 0));
        Assert.Equal(0.5 * batch.TargetCount, batch.WeightSum);
    }

    internal static LoadedDataset LoadExample((Tokenizer Tokenizer, ChatTemplate Template) model, string file, DatasetOptions options)
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "examples", "data", "rows", file);
        var (tokenizer, template) = model;
        var end = tokenizer.IdOf("<|im_end|>")!.Value;
        return new DatasetLoader(tokenizer, template, [end], options with { EndId = end }).Load([(path, null)], cancellation: TestContext.Current.CancellationToken);
    }

    private static (Tokenizer Tokenizer, ChatTemplate Template) Load(string tokenizer, string template)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizer);
        return (Tokenizer.Load(folder), ChatTemplate.FromFile(SharedData.PathOf("templates/" + template), folder));
    }

    private static string Learned(Tokenizer tokenizer, TokenizedSample sample)
    {
        var runs = new List<string>();
        for (var i = 0; i < sample.Ids.Length;)
        {
            var end = i + 1;
            while (end < sample.Ids.Length && sample.LossWeights[end] == sample.LossWeights[i]) end++;
            var weight = sample.LossWeights[i];
            var prefix = weight == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"{weight}×");
            if (weight > 0) runs.Add(prefix + tokenizer.Decode(sample.Ids.AsSpan(i, end - i)));
            i = end;
        }

        return string.Join('|', runs);
    }

    private static string Unlearned(TokenizedSample sample) =>
        s_qwen25.Value.Tokenizer.Decode([.. sample.Ids.Where((_, i) => sample.LossWeights[i] == 0)]);
}

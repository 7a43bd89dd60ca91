using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;

namespace Hone.Text.Tests.Templates;

/// <summary>Named templates write what the models' own templates write.</summary>
public sealed class NamedTemplateTests
{
    /// <summary>Conversations that a format of plain turns has to take.</summary>
    private static readonly string[] s_plain =
        ["user_only", "system_user", "one_turn", "system_one_turn", "multi_turn", "multi_turn_closed", "system_multi_turn", "eight_turns", "unicode", "whitespace", "code_block", "quotes_escapes"];

    private static readonly Lazy<ILookup<string, JsonObject>> s_cases = new(() =>
        File.ReadLines(SharedData.PathOf("golden/chat_templates/cases.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToLookup(fields => (string)fields["template"]!));

    /// <summary>
    /// Name, the model's own template, and the cases left out. The thinking that a template of DeepSeek drops is kept here in the last answer, to be
    /// learned; the file for DeepSeek V3 asks for thinking in its prompt and that for Phi-4 has the reasoning model's system message, which the names don't.
    /// </summary>
    public static TheoryData<string, string, string> Models() => new()
    {
        { "chatml", "chatml.jinja", "" },
        { "qwen", "qwen2.jinja", "" },
        { "qwen2_5", "qwen2.5.jinja", "" },
        { "qwen3", "qwen3.jinja", "" },
        { "qwen3_nothinking", "qwen3-instruct-2507.jinja", "" },
        { "minimind", "minimind.jinja", "" },
        { "llama", "llama-2-chat.jinja", "" },
        { "llama3", "llama3.jinja", "" },
        { "llama3_2", "llama3.1-instruct.jinja", "" },
        { "yi", "yi.jinja", "" },
        { "minicpm3", "minicpm3.jinja", "" },
        { "internlm2", "internlm2.jinja", "" },
        { "deepseek_coder", "deepseek-coder.jinja", "system_middle" },
        { "deepseek_v2_5", "train-deepseekv3.jinja", "prompt reasoning_content reasoning_content_last" },
        { "deepseek_r1", "deepseek-r1.jinja", "reasoning_content reasoning_content_last" },
        { "zephyr", "zephyr.jinja", "" },
        { "phi3", "phi3.jinja", "" },
        { "phi3_small", "phi-3-small.jinja", "" },
        { "phi4", "phi4.jinja", "no_system" },
        { "gemma", "gemma.jinja", "" },
        { "gemma3_text", "gemma3.jinja", "" },
        { "c4ai", "cohere.jinja", "" },
        { "mistral", "mistral-7b-instruct-v0.1.jinja", "" },
        { "mistral_2501", "mistral-v7-tekken.jinja", "" },
        { "kimi_k2", "kimi-k2.jinja", "named_user" },
        { "vicuna", "vicuna.jinja", "" },
        { "alpaca", "alpaca.jinja", "" },
        { "openchat", "openchat-3.5.jinja", "" },
        { "exaone", "exaone.jinja", "" },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void Writes_what_the_models_own_template_writes(string name, string file, string exceptions)
    {
        var differences = new StringBuilder();
        var same = 0;
        foreach (var fields in s_cases.Value[file].Where(f => !(bool)f["fails"]!))
        {
            var label = (string)fields["case"]!;
            if (label == "empty_messages" || exceptions.Split(' ').Contains(label)) continue;
            if (exceptions.Contains("prompt", StringComparison.Ordinal) && (bool)fields["add_generation_prompt"]!) continue;
            if (exceptions == "no_system" && (string?)fields["messages"]![0]?["role"] != "system") continue;
            var expected = (string)fields["rendered"]!;
            var rendered = Render(name, fields, out var refusal);
            if (rendered == expected) same++;
            else if (rendered is not null || s_plain.Contains(label))
                differences.AppendLine(CultureInfo.InvariantCulture, $"--- {label} (prompt {fields["add_generation_prompt"]})\n{rendered ?? refusal}\n--- expected\n{expected}");
        }

        Assert.True(differences.Length == 0, differences.ToString());
        Assert.True(same >= 8, $"only {same} cases are the same");
    }

    /// <summary>
    /// One conversation through each name that has no template of a model to compare with: the learned parts in double brackets. The
    /// conversation is <c>S</c>, <c>Q</c>, <c>A</c>, <c>R</c>, <c>B</c>; the model's own tokens are <c>&lt;s></c> and <c>&lt;/s></c>.
    /// </summary>
    public static TheoryData<string, string> Spelt() => new()
    {
        { "default", "<s>S\n\n### Human:\nQ\n\n### Assistant:\n[[A</s>]]\n\n### Human:\nR\n\n### Assistant:\n[[B</s>]]\n\n" },
        { "qwen2_5_math", ChatMl }, { "qwq_preview", ChatMl }, { "mimo_rl", ChatMl }, { "yi_coder", ChatMl },
        { "megrez", "<|role_start|>system<|role_end|>S<|turn_end|><|role_start|>user<|role_end|>Q<|turn_end|><|role_start|>assistant<|role_end|>[[A<|turn_end|>]]<|role_start|>user<|role_end|>R<|turn_end|><|role_start|>assistant<|role_end|>[[B<|turn_end|>]]" },
        { "sus", "S### Human: Q\n\n### Assistant:[[ A<|endoftext|>]]### Human: R\n\n### Assistant:[[ B<|endoftext|>]]" },
        { "minicpm", "<s>S<用户>Q<AI>[[A</s>]]<用户>R<AI>[[B</s>]]" },
        { "telechat", "<_system>S\n<_user>Q<_bot>[[A<_end>]]<_user>R<_bot>[[B<_end>]]" },
        { "internlm", "<s><|System|>:S\n<|User|>:Q\n<|Bot|>:[[A<eoa>]]\n<|User|>:R\n<|Bot|>:[[B<eoa>]]\n" },
        { "deepseek", "<s>S\n\nUser: Q\n\nAssistant:[[ A</s>]]User: R\n\nAssistant:[[ B</s>]]" },
        { "openbuddy2", "<s><|role|>system<|says|>S<|end|>\n<|role|>user<|says|>Q<|end|>\n<|role|>assistant<|says|>[[A<|end|>]]\n<|role|>user<|says|>R<|end|>\n<|role|>assistant<|says|>[[B<|end|>]]\n" },
        { "baichuan", "S<reserved_106>Q<reserved_107>[[A</s>]]<reserved_106>R<reserved_107>[[B</s>]]" },
        { "aya", "<s><|START_OF_TURN_TOKEN|><|SYSTEM_TOKEN|>S<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|USER_TOKEN|>Q<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>[[A<|END_OF_TURN_TOKEN|>]]<|START_OF_TURN_TOKEN|><|USER_TOKEN|>R<|END_OF_TURN_TOKEN|><|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>[[B<|END_OF_TURN_TOKEN|>]]" },
        { "xverse", "SHuman: Q\n\nAssistant:[[ A</s>]]Human: R\n\nAssistant:[[ B</s>]]" },
        { "bluelm", "<s>S[|Human|]:Q[|AI|]:[[A</s>]][|Human|]:R[|AI|]:[[B</s>]]" },
        { "codefuse", "<s>system\nS\n<s>human\nQ\n<s>bot\n[[A</s>]]\n<s>human\nR\n<s>bot\n[[B</s>]]\n" },
        { "orion", "<s>SHuman: Q\n\nAssistant: </s>[[A</s>]]Human: R\n\nAssistant: </s>[[B</s>]]" },
        { "atom", "S<s>Human: Q\n</s><s>Assistant:[[ A</s>]]<s>Human: R\n</s><s>Assistant:[[ B</s>]]" },
        { "wizardlm2_moe", "SUSER: Q ASSISTANT:[[A</s>]]USER: R ASSISTANT:[[B</s>]]" },
        { "dots1", "<|system|>S<|endofsystem|><|userprompt|>Q<|endofuserprompt|><|response|>[[A<|endofresponse|>]]<|userprompt|>R<|endofuserprompt|><|response|>[[B<|endofresponse|>]]" },
        { "hunyuan", "<|startoftext|>S<|extra_4|>Q<|extra_0|>[[A<|eos|>]]<|startoftext|>R<|extra_0|>[[B<|eos|>]]" },
        { "ernie", "<|begin_of_sentence|>S\nUser: Q\nAssistant:[[ A<|end_of_sentence|>]]User: R\nAssistant:[[ B<|end_of_sentence|>]]" },
        { "moonlight", "<|im_system|>system<|im_middle|>S<|im_end|><|im_user|>user<|im_middle|>Q<|im_end|><|im_assistant|>assistant<|im_middle|>[[A<|im_end|>]]<|im_user|>user<|im_middle|>R<|im_end|><|im_assistant|>assistant<|im_middle|>[[B<|im_end|>]]" },
        { "glm4", "[gMASK]<sop><|system|>\nS<|user|>\nQ<|assistant|>\n[[A<|user|>]]\nR<|assistant|>\n[[B<|user|>]]" },
    };

    private const string ChatMl = "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n[[A<|im_end|>]]\n<|im_start|>user\nR<|im_end|>\n<|im_start|>assistant\n[[B<|im_end|>]]\n";

    [Theory]
    [MemberData(nameof(Spelt))]
    public void Writes_and_marks_what_is_spelt_out(string name, string expected)
    {
        var rendered = ChatTemplate.FromName(name, null).Render(Conversation(true, "Q", "A", "R", "B"));
        var marked = new StringBuilder(rendered.Text);
        foreach (var span in rendered.AssistantSpans.Reverse()) marked.Insert(span.End, "]]").Insert(span.Start, "[[");
        Assert.Equal(expected, marked.ToString());
    }

    [Fact]
    public void Every_name_is_compared_with_a_model_or_spelt_out() =>
        Assert.Empty(NamedTemplates.All.Select(t => t.Name).Except(Models().Select(row => row.Data.Item1)).Except(Spelt().Select(row => row.Data.Item1)));

    public static TheoryData<string> Names() => [.. NamedTemplates.All.Select(t => t.Name)];

    /// <summary>
    /// What is learned begins where the prompt of inference ends, and ends with the answer's end. Two formats have thinking in their
    /// prompt, which an answer need not have.
    /// </summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void The_marked_parts_are_the_answers_from_the_prompt_to_the_end(string name)
    {
        var template = ChatTemplate.FromName(name, null);
        Assert.True(template.MarksAssistant);
        foreach (var hasSystem in new[] { false, true })
        {
            var whole = template.Render(Conversation(hasSystem, "Question one?", "Answer one.", "Question two?", "Answer two."));
            Assert.Equal(2, whole.AssistantSpans.Count);
            string[] answers = ["Answer one.", "Answer two."];
            for (var turn = 0; turn < 2; turn++)
            {
                var span = whole.AssistantSpans[turn];
                var learned = whole.Text[span.Start..span.End];
                Assert.Matches("(^|\\s)" + answers[turn].Replace(".", "\\.", StringComparison.Ordinal) + "\\s?(<|\\[\\|)", learned);
                Assert.False(learned.EndsWith(answers[turn], StringComparison.Ordinal), "no end token");
                if (name is "deepseek_r1" or "minimind") continue;
                var prompt = template.Render(Conversation(hasSystem, [.. new[] { "Question one?", "Answer one.", "Question two?" }.Take((2 * turn) + 1)]) with { AddGenerationPrompt = true });
                Assert.Equal(prompt.Text, whole.Text[..span.Start]);
            }
        }
    }

    [Fact]
    public void There_are_many_and_their_names_are_read_in_every_spelling()
    {
        Assert.True(NamedTemplates.All.Count >= 40);
        Assert.Equal("qwen2_5", NamedTemplates.Find("Qwen2.5")!.Name);
        Assert.Equal("llama3_2", NamedTemplates.Find("llama3-1")!.Name);
        Assert.Null(NamedTemplates.Find("nothing"));
        var e = Assert.Throws<HoneException>(() => NamedTemplates.Get("qwen2_6"));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains("qwen2_5", e.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void Tools_are_refused_where_a_format_has_no_place_for_them()
    {
        var tools = new JsonArray(new JsonObject { ["type"] = "function" });
        var e = Assert.Throws<HoneException>(() => ChatTemplate.FromName("vicuna", null).Render(Conversation(false, "Q") with { Tools = tools }));
        Assert.Contains("no place for tools", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_answer_of_DeepSeek_R1_keeps_its_thinking()
    {
        var rendered = ChatTemplate.FromName("deepseek_r1", null).Render(Conversation(false, "Q", "<think>\nold\n</think>\n\nA", "R", "<think>\nnew\n</think>\n\nB"));
        Assert.Equal("<s><｜User｜>Q<｜Assistant｜>\n\nA<｜end▁of▁sentence｜><｜User｜>R<｜Assistant｜><think>\nnew\n</think>\n\nB<｜end▁of▁sentence｜>", rendered.Text);
    }

    private static ChatInput Conversation(bool hasSystem, params string[] texts)
    {
        var messages = new JsonArray();
        if (hasSystem) messages.Add((JsonNode)new JsonObject { ["role"] = "system", ["content"] = "S" });
        for (var i = 0; i < texts.Length; i++) messages.Add((JsonNode)new JsonObject { ["role"] = i % 2 == 0 ? "user" : "assistant", ["content"] = texts[i] });
        return new ChatInput(messages)
        {
            Now = new DateTime(2024, 7, 26, 0, 0, 0, DateTimeKind.Unspecified),
            Variables = new Dictionary<string, JsonNode?> { ["bos_token"] = "<s>", ["eos_token"] = "</s>" },
        };
    }

    private static string? Render(string name, JsonObject fields, out string? refusal)
    {
        refusal = null;
        var template = ChatTemplate.FromName(name, null);
        try
        {
            return template.Render(new ChatInput(fields["messages"]!.AsArray())
            {
                Tools = fields["tools"] as JsonArray,
                AddGenerationPrompt = (bool)fields["add_generation_prompt"]!,
                Variables = fields["variables"]!.AsObject().ToDictionary(),
                Now = fields["now"] is { } now ? DateTime.Parse((string)now!, CultureInfo.InvariantCulture) : null,
            }).Text;
        }
        catch (HoneException e)
        {
            refusal = e.Message + " " + e.Where;
            return null;
        }
    }
}

using System.Text.Json.Nodes;
using Hone.Data.Rendering;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Rendering;

/// <summary>Training and inference see the same tokens: proven for named and real templates with real tokenizers, and denied where it is not so.</summary>
public sealed class TemplateCheckTests
{
    private const string Plain = "tools, tool call, two tool calls";

    /// <summary>Tokenizer, template, and the sample conversations that the template refuses; all others are proven.</summary>
    [Theory]
    [InlineData("qwen2.5", "default", Plain)]
    [InlineData("qwen2.5", "chatml", Plain)]
    [InlineData("qwen2.5", "qwen", Plain)]
    [InlineData("qwen2.5", "qwen2_5", "")]
    [InlineData("qwen2.5", "qwen3", "")]
    [InlineData("qwen2.5", "qwen3_nothinking", "")]
    [InlineData("qwen2.5", "qwen1.5.jinja", Plain)]
    [InlineData("qwen2.5", "qwen2.jinja", Plain)]
    [InlineData("qwen2.5", "qwen2.5.jinja", "")]
    [InlineData("qwen2.5", "qwen3.jinja", "")]
    [InlineData("qwen2.5", "train-qwen2-5.jinja", "")]
    [InlineData("qwen2.5", "train-qwen3.jinja", "")]
    [InlineData("llama3", "default", Plain)]
    [InlineData("llama3", "llama3", Plain)]
    [InlineData("llama3", "llama3_2", "two tool calls")]
    [InlineData("llama3", "llama3.1-instruct.jinja", "two tool calls")]
    [InlineData("llama3", "train-llama3.jinja", Plain)]
    [InlineData("llama2", "default", Plain)]
    [InlineData("llama2", "llama", Plain)]
    [InlineData("llama2", "llama-2-chat.jinja", Plain)]
    [InlineData("llama2", "vicuna.jinja", Plain)]
    [InlineData("mistral-v0.1", "mistral", Plain)]
    [InlineData("mistral-v0.1", "zephyr", Plain)]
    [InlineData("mistral-v0.1", "mistral-instruct-system.jinja", Plain)]
    [InlineData("yi", "yi", Plain)]
    [InlineData("deepseek-coder", "deepseek_coder", Plain)]
    [InlineData("gpt2", "default", Plain)]
    [InlineData("gpt2", "alpaca", Plain)]
    [InlineData("gpt2", "vicuna", Plain)]
    public void Training_sees_what_inference_sees(string tokenizer, string template, string refused)
    {
        var check = Check(tokenizer, template);
        var failures = SampleConversations.All.Select(c => (c.Name, Proof: check.Check(c.Conversation))).ToList();
        Assert.Equal([], failures.Where(f => f.Proof.Fault is not null).Select(f => $"{f.Name}: {f.Proof.Fault}"));
        Assert.Equal(refused, string.Join(", ", failures.Where(f => f.Proof.Refusal is not null).Select(f => f.Name)));
    }

    [Theory]
    [InlineData("mistral-v0.1", "openchat", "one turn", "1 of 1 answers end without an end token that is learned")] // its token is no token of this vocabulary
    [InlineData("qwen2.5", "qwen3.5-think.jinja", "several turns", "answer 1 of 3: inference begins it with '<think>\\n', which the conversation does not have there")]
    [InlineData("minimind", "minimind", "thoughts", "answer 1 of 1: inference begins it with '<think>\\n\\n</think>\\n\\n', which the conversation does not have there")]
    public void What_is_not_so_is_said(string tokenizer, string template, string conversation, string fault) =>
        Assert.Equal(fault, Check(tokenizer, template).Check(Sample(conversation)).Fault);

    [Theory]
    [InlineData("{% for m in messages %}{{ m.role }}: {{ m.content }}<|endoftext|>{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}", "tokens of the answers differ")]
    [InlineData("{% for m in messages %}<{{ m.role }}>{{ m.content }}<|endoftext|>{% endfor %}{% if add_generation_prompt %}<bot>{% endif %}", "inference asks for it with other text: 'bot>' instead of 'assistant>'")]
    public void A_template_that_fools_the_model_is_found_out(string source, string fault)
    {
        var tokenizer = Tokenizer.Load(SharedData.PathOf("tokenizers/gpt2"));
        var template = ChatTemplate.Parse(source, "test");
        Assert.Contains(fault, new TemplateCheck(template, tokenizer, tokenizer.StopIds([], template)).Check(Sample("one turn")).Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_answers_that_are_learned_need_a_proof()
    {
        Assert.NotNull(Check("qwen2.5", "qwen3.5-think.jinja").Check(Sample("several turns")).Fault);
        var last = Check("qwen2.5", "qwen3.5-think.jinja", LossScope.LastTurn).Check(Sample("several turns"));
        Assert.Null(last.Fault);
        Assert.Equal(1, last.Answers);
        var weighted = Sample("several turns") with { Weights = [null, 0, null, 0, null, 1] };
        Assert.True(Check("qwen2.5", "qwen3.5-think.jinja").Check(weighted).IsProven);
    }

    [Fact]
    public void White_space_before_an_answer_is_made_apart_as_at_inference()
    {
        var proof = Check("qwen2.5", "chatml.jinja").Check(new Conversation(
            JsonNode.Parse("""[{"role": "user", "content": "q"}, {"role": "assistant", "content": "\n\nr"}]""")!.AsArray(), new float?[2]));
        // chatml.jinja trims; the named qwen does not.
        Assert.False(proof.Split);
        Assert.True(Check("qwen2.5", "qwen").Check(Sample("white space")) is { IsProven: true, Split: true });
    }

    [Fact]
    public void Tokens_of_the_models_own_template_are_compared()
    {
        var folder = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(folder);
        var own = ChatTemplate.FromModelFolder(folder)!;
        TemplateProof With(string name) => new TemplateCheck(ChatTemplate.FromName(name, folder), tokenizer, tokenizer.StopIds([]), own).Check(Sample("one turn"));
        Assert.Null(With("qwen2_5").OwnFault);
        Assert.Contains("it writes 'Qwen, created by Alibaba Cloud", With("qwen").OwnFault ?? "", StringComparison.Ordinal);
        Assert.True(With("qwen").IsProven);
    }

    /// <summary>Qwen1.5 leaves out the last end token, TRL's Qwen2.5 marks the line feed of the prompt, Llama 2 leaves the space to the model.</summary>
    [Theory]
    [InlineData("qwen2.5", "qwen1.5.jinja", "One.<|im_end|>", "Two.<|im_end|>", "Three.<|im_end|>")]
    [InlineData("qwen2.5", "train-qwen2-5.jinja", "One.<|im_end|>\n", "Two.<|im_end|>\n", "Three.<|im_end|>\n")]
    [InlineData("llama2", "llama-2-chat.jinja", " One. </s>", " Two. </s>", " Three. </s>")]
    public void An_answer_is_learned_from_the_prompt_to_its_end(string tokenizer, string template, params string[] expected)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizer);
        var loaded = Tokenizer.Load(folder);
        var file = ChatTemplate.FromFile(SharedData.PathOf("templates/" + template), folder);
        var segments = new SegmentRenderer(file, loaded.StopIds([], file).Select(id => loaded.TokenOf(id)!)).Render(Sample("several turns"));
        Assert.Equal(string.Concat(expected), string.Concat(segments.Where(s => s.Weight > 0).Select(s => s.Text)));
    }

    private static Conversation Sample(string name) => SampleConversations.All.Single(c => c.Name == name).Conversation;

    private static TemplateCheck Check(string tokenizer, string template, LossScope scope = LossScope.AssistantTurns)
    {
        var folder = SharedData.PathOf("tokenizers/" + tokenizer);
        var loaded = Tokenizer.Load(folder);
        var chosen = template.EndsWith(".jinja", StringComparison.Ordinal) ? ChatTemplate.FromFile(SharedData.PathOf("templates/" + template), folder) : ChatTemplate.FromName(template, folder);
        return new TemplateCheck(chosen, loaded, loaded.StopIds([], chosen)) { Scope = scope };
    }
}

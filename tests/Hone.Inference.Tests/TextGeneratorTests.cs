using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;

namespace Hone.Inference.Tests;

/// <summary>What an answer may not depend on.</summary>
public sealed class TextGeneratorTests
{
    [Theory]
    [InlineData("default")]
    [InlineData("dynamic")]
    public void An_answer_is_that_of_a_fresh_start_whatever_was_asked_before(string rope)
    {
        using var kernels = new CpuKernels(1);
        using var decoder = Decoder.Create(Spec(rope), kernels, 5, trainable: false);
        var options = new GenerationOptions { MaxNewTokens = 6, StopIds = [-1] };
        int[] conversation = [3, 1, 4];
        using var generator = new TextGenerator(decoder, 64);
        for (var turn = 0; turn < 4; turn++)
        {
            // The context knows 8 positions; the second turn is beyond it.
            using var fresh = new TextGenerator(decoder, 64);
            var expected = fresh.Generate(conversation, options, cancellation: TestContext.Current.CancellationToken).Tokens;
            Assert.Equal(expected, generator.Generate(conversation, options, cancellation: TestContext.Current.CancellationToken).Tokens);
            conversation = [.. conversation, .. expected, 7 + turn, 2];
        }
    }

    [Fact]
    public void A_context_without_end_takes_memory_for_what_is_in_it_and_stops_where_memory_does()
    {
        using var kernels = new CpuKernels(1);
        using var decoder = Decoder.Create(Spec("default") with { MaxPositions = int.MaxValue }, kernels, 5, trainable: false);
        var free = 1L << 20;
        using var generator = new TextGenerator(decoder, int.MaxValue, _ => free);
        var options = new GenerationOptions { MaxNewTokens = 3, StopIds = [-1] };
        Assert.Equal((3, StopReason.Length), Answer(2));
        free = 1000;
        Assert.Equal(ExitCode.Memory, Assert.Throws<HoneException>(() => Answer(500)).ExitCode);
        // Memory ends in the middle of the answer, which ends with it; the next question is none the worse for it.
        Assert.Equal((2, StopReason.Memory), Answer(255));
        Assert.Equal((3, StopReason.Length), Answer(254));
        free = 1 << 20;
        Assert.Equal((3, StopReason.Length), Answer(255));

        (int, StopReason) Answer(int promptLength)
        {
            var result = generator.Generate(new int[promptLength], options, cancellation: TestContext.Current.CancellationToken);
            return (result.Tokens.Count, result.Reason);
        }
    }

    private static DecoderSpec Spec(string rope) => DecoderSpec.Parse(JsonNode.Parse($$"""
        {
          "model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 24, "hidden_size": 16, "intermediate_size": 24,
          "num_hidden_layers": 2, "num_attention_heads": 2, "max_position_embeddings": 8, "initializer_range": 0.6,
          "rope_scaling": {"rope_type": "{{rope}}", "factor": 4}
        }
        """)!.AsObject(), "config.json");
}

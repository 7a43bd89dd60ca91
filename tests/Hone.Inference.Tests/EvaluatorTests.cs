using System.Collections;
using System.Text.Json.Nodes;
using Hone.Kernels.Cpu;
using Hone.Models;

namespace Hone.Inference.Tests;

public sealed class EvaluatorTests
{
    [Fact]
    public void Samples_are_not_held_and_give_what_they_give_by_themselves()
    {
        using var kernels = new CpuKernels(1);
        using var decoder = Decoder.Create(DecoderSpec.Parse(JsonNode.Parse("""
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "vocab_size": 40, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1,
             "num_attention_heads": 2, "max_position_embeddings": 64, "rms_norm_eps": 1e-6, "initializer_range": 0.4}
            """)!.AsObject(), "config.json"), kernels, 5, trainable: false);
        var samples = new Made(60);
        var scores = new List<RowScore>();
        var most = 0;
        var totals = Evaluator.Run(decoder, samples, 4, row =>
        {
            scores.Add(row);
            if (row.Row % 10 != 9) return;
            GC.Collect();
            most = Math.Max(most, samples.Alive);
        }, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 60), scores.Select(s => s.Row));
        Assert.InRange(most, 1, 12);

        for (var i = 0; i < 60; i += 7)
        {
            var alone = Evaluator.Run(decoder, [samples[i]], 1, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(alone.MeanLoss, scores[i].Loss, 1e-5);
        }

        Assert.Equal(scores.Sum(s => s.Loss * s.Tokens) / scores.Sum(s => s.Tokens), totals.MeanLoss, 1e-5);
    }

    /// <summary>Samples that are made when they are asked for, and that tell how many of them somebody holds.</summary>
    private sealed class Made(int count) : IReadOnlyList<TokenizedSample>
    {
        private readonly List<WeakReference> made = [];

        public int Count => count;

        public int Alive => made.Count(m => m.IsAlive);

        public TokenizedSample this[int index]
        {
            get
            {
                int[] ids = [.. Enumerable.Range(0, 3 + (index % 5)).Select(i => ((7 * index) + i) % 40)];
                var sample = new TokenizedSample(ids, [.. ids.Select(_ => 1f)], index);
                made.Add(new WeakReference(sample));
                return sample;
            }
        }

        public IEnumerator<TokenizedSample> GetEnumerator()
        {
            for (var i = 0; i < count; i++) yield return this[i];
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

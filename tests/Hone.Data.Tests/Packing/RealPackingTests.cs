using Hone.Data.Packing;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Packing;

public sealed class RealPackingTests
{
    [Fact]
    public void Packs_of_alpaca_rows_are_at_least_97_percent_full_in_every_epoch()
    {
        var model = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(model);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/qwen2.5.jinja"), model);
        using var data = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions { MaxLength = 2048 })
            .Load([(SharedData.PathOf("datasets/alpaca_5k.json"), null)], cancellation: TestContext.Current.CancellationToken);
        int[] lengths = [.. data.Samples.Select(s => s.Ids.Length)];
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var plan = EpochPlan.Create(lengths, new EpochPlanOptions { PackingLength = 2048, Seed = 42 }, epoch);
            Assert.Equal(lengths.Sum() / (2048.0 * plan.MicroBatchCount), plan.PackingEfficiency, 12);
            Assert.InRange(plan.PackingEfficiency, 0.97, 1);
            TestContext.Current.TestOutputHelper?.WriteLine($"{lengths.Length} rows, {plan.MicroBatchCount} packs, {plan.PackingEfficiency:P2}");
        }
    }
}

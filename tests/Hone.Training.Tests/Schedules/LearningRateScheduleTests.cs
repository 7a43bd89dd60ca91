using System.Text.Json.Nodes;
using Hone.Settings;
using Hone.Testing;
using Hone.Training.Schedules;

namespace Hone.Training.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    [Theory]
    [InlineData("constant", LrSchedulerType.Constant)]
    [InlineData("constant_with_warmup", LrSchedulerType.ConstantWithWarmup)]
    [InlineData("linear", LrSchedulerType.Linear)]
    [InlineData("linear, no warm-up", LrSchedulerType.Linear)]
    [InlineData("cosine", LrSchedulerType.Cosine)]
    public void Rates_equal_those_of_Hugging_Face_past_the_end_too(string name, LrSchedulerType type)
    {
        var file = JsonNode.Parse(File.ReadAllText(SharedData.PathOf("golden/models/schedules/schedules.json")))!;
        var golden = file["schedules"]!.AsArray().Single(s => (string)s!["name"]! == name)!;
        var warmup = (int?)golden["settings"]!["num_warmup_steps"] ?? 0;
        var schedule = new LearningRateSchedule(type, (double)golden["base_lr"]!, warmup, (int)file["training_steps"]!);
        var rates = golden["learning_rates"]!.AsArray();
        Assert.True(rates.Count > 100);
        for (var step = 0; step < rates.Count; step++)
        {
            // The same double formula; only the last bit of the cosine may differ between libraries.
            Assert.Equal((double)rates[step]!, schedule[step], 1e-18);
        }
    }
}

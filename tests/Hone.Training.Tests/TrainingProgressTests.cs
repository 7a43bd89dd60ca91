using System.Text.Json;
using Hone.Training.Checkpoints;

namespace Hone.Training.Tests;

public sealed class TrainingProgressTests
{
    [Fact]
    public void Tokens_beyond_32_bits_are_counted_and_come_back_from_a_checkpoint()
    {
        var half = new TrainingProgress.Tally(1.5, int.MaxValue, int.MaxValue - 1, int.MaxValue);
        var progress = new TrainingProgress { Window = half.Add(half) };
        var read = JsonSerializer.Deserialize<TrainingProgress>(JsonSerializer.Serialize(progress, CheckpointJson.Options), CheckpointJson.Options)!;
        Assert.Equal(new TrainingProgress.Tally(3, 4_294_967_294, 4_294_967_292, 4_294_967_294), read.Window);
    }
}

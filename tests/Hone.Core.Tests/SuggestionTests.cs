namespace Hone.Core.Tests;

public class SuggestionTests
{
    private static readonly string[] Names = ["learning_rate", "lora_rank", "lora_alpha", "max_length"];

    [Theory]
    [InlineData("learning-rat", "learning_rate")]
    [InlineData("laerning_rate", "learning_rate")]
    [InlineData("--lora-rnak", "lora_rank")]
    [InlineData("Max_Lenght", "max_length")]
    [InlineData("banana", null)]
    public void Names_the_setting_that_was_probably_meant(string typed, string? expected) =>
        Assert.Equal(expected, Suggestion.Nearest(typed, Names));
}

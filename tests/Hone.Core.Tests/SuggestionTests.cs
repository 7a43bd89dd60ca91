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

    [Fact]
    public void A_name_that_nobody_types_is_near_to_nothing_and_costs_nothing()
    {
        var endless = new string('a', 15_000_000);
        Assert.Null(Suggestion.Nearest(endless, [endless, "lora_rank"]));
        Assert.Equal("lora_rank", Suggestion.Nearest("lora_rnak", [endless, "lora_rank"]));
    }
}

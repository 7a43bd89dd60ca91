using System.Text.Json;
using Hone.TinyModel.Scoring;

namespace Hone.TinyModel.Tests;

public class ScoringTests
{
    [Theory]
    [InlineData("The capital is Paris.", "Paris", true)]
    [InlineData("It is PARIS!", "Paris", true)]
    [InlineData("Parisian food", "Paris", false)]
    [InlineData("12 + 25 = 37.", "= 37", true)]
    [InlineData("12 + 25 = 371.", "= 37", false)]
    [InlineData("So 112.", "12", false)]
    [InlineData("112 and 12", "12", true)]
    [InlineData("等于37。", "37", true)]
    [InlineData("等于137。", "37", false)]
    [InlineData("首都是巴黎。", "巴黎", true)]
    [InlineData("I do not know.", "don't know|do not know", true)]
    [InlineData("", "Paris", false)]
    public void A_reply_is_right_when_it_holds_the_key_as_a_whole_word(string reply, string key, bool right) =>
        Assert.Equal(right, AnswerKey.IsIn(reply, key));

    [Fact]
    public void Replies_are_counted_by_category_and_language()
    {
        var board = Board("""
            {"category":"capitals","language":"en","answer_key":"Paris","response":"Paris."}
            {"category":"capitals","language":"en","answer_key":"Rome","response":"Paris."}

            {"category":"sums","language":"zh","answer_key":"= 5","response":"2 + 3 = 5。"}
            """);
        Assert.Equal((2, 3), board.Total);
        using var json = JsonDocument.Parse(board.ToJson());
        Assert.Equal(0.5, json.RootElement.GetProperty("categories")[0].GetProperty("share").GetDouble());
        Assert.Equal(3, json.RootElement.GetProperty("total").GetProperty("all").GetInt32());
        Assert.Contains("66.7", board.ToTable(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"category\":1}")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("")]
    public void A_bad_file_of_replies_is_a_data_error(string content) =>
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Board(content)).ExitCode);

    private static Scoreboard Board(string content)
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, content);
            return Scoreboard.Read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

using System.Text.Json;
using Hone.Testing;
using Hone.TinyModel.Generation;

namespace Hone.TinyModel.Tests;

public class ExampleFileTests
{
    [Fact]
    public void Self_cognition_rows_ask_each_question_once_and_name_the_model_or_its_author()
    {
        var rows = Rows("self_cognition.jsonl");
        Assert.Equal(60, rows.Count(row => row.GetProperty("tag").GetString() == "en"));
        Assert.Equal(60, rows.Count(row => row.GetProperty("tag").GetString() == "zh"));
        Assert.Equal(rows.Count, rows.Select(row => row.GetProperty("query").GetString()).Distinct().Count());
        Assert.All(rows, row => Assert.Matches("{{(NAME|AUTHOR)}}", row.GetProperty("response").GetString()!));
        Assert.All(rows, row => Assert.DoesNotMatch("[{}]", row.GetProperty("response").GetString()!.Replace("{{NAME}}", "", StringComparison.Ordinal).Replace("{{AUTHOR}}", "", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_chat_mix_is_what_the_generator_makes_but_for_rows_that_name_the_model()
    {
        var path = Path.GetTempFileName();
        try
        {
            var maker = new ConversationMaker(Corpus.Book, 20260);
            JsonLines.Write(path, 130, (json, row) => JsonLines.Chat(json, maker.Training(row)));
            var others = File.ReadLines(path).Where(line => !line.Contains("Hone", StringComparison.Ordinal)).Take(100);
            Assert.Equal(File.ReadLines(PathOf("chat_mix.jsonl")), others);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static List<JsonElement> Rows(string name) => [.. File.ReadLines(PathOf(name)).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string PathOf(string name) => Path.Combine(SharedData.RepositoryRoot, "examples", name);
}

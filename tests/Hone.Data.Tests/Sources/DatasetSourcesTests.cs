using Hone.Data.Sources;
using Hone.Testing;

namespace Hone.Data.Tests.Sources;

public sealed class DatasetSourcesTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_registered_name_stands_for_its_file_its_count_and_its_columns()
    {
        Write("data/rows.jsonl", """{"frage":"q","antwort":"r"}""", """{"frage":"q2","antwort":"r2"}""");
        var info = Write("info.json", """{"mine":{"file_name":"data/rows.jsonl","columns":{"prompt":"frage","response":"antwort"},"num_samples":5}}""");
        var source = Assert.Single(new DatasetSources(info).Open(["mine"]).Sources);
        Assert.Equal(("mine", 5), (source.Name, source.Count));
        Assert.Equal([folder.PathOf("data/rows.jsonl")], source.Files);
        Assert.Equal("instruction", source.Mapping!.Columns["frage"]);
        Assert.Equal(1, Assert.Single(new DatasetSources(info).Open(["mine#1"]).Sources).Count);
    }

    [Fact]
    public void A_registered_folder_may_name_a_folder_in_it()
    {
        Write("set/en/rows.jsonl", "{}");
        var info = Write("info.json", """{"mine":{"file_name":"set","folder":"en"}}""");
        Assert.Equal([folder.PathOf("set/en")], Assert.Single(new DatasetSources(info).Open(["mine"]).Sources).Files);
    }

    [Theory]
    [InlineData("\"split\":\"test\"", "mine", "en/test.jsonl")]
    [InlineData("\"subset\":\"zh\"", "mine", "zh/train.jsonl")]
    [InlineData("\"subsets\":[\"en\",\"zh\"],\"split\":[\"train\"]", "mine", "en/train.jsonl zh/train.jsonl")]
    [InlineData("\"subset\":\"zh\"", "mine:en:test", "en/test.jsonl")]
    public void A_registered_folder_has_the_subsets_and_splits_that_are_registered(string keys, string entry, string expected)
    {
        foreach (var file in (string[])["en/train.jsonl", "en/test.jsonl", "zh/train.jsonl"]) Write("set/" + file, "{}");
        var info = Write("info.json", $$"""{"mine":{"file_name":"set",{{keys}} } }""");
        Assert.Equal(expected.Split(' ').Select(f => folder.PathOf("set/" + f)), Assert.Single(new DatasetSources(info).Open([entry]).Sources).Files);
    }

    [Fact]
    public void Ms_swift_registers_by_a_name_of_its_own_and_its_tags_are_words()
    {
        Write("rows.jsonl", "{}");
        var info = Write("info.json", """[{"dataset_name":"mine","dataset_path":"rows.jsonl","columns":{"frage":"query"},"tags":["chat"]}]""");
        Assert.Equal("query", Assert.Single(new DatasetSources(info).Open(["mine"]).Sources).Mapping!.Columns["frage"]);
    }

    [Fact]
    public void What_a_registered_name_says_of_columns_reaches_its_rows()
    {
        Write("far/away/rows.jsonl", """{"vorne":"x","ids":[1,2]}""");
        var info = Write("info.json", """[{"dataset_name":"mine","dataset_path":"far/away/rows.jsonl","columns":{"ids":"input_ids"}}]""");
        var loader = new DatasetLoader(null, null, [], new DatasetOptions { VocabularySize = 10 });
        var data = loader.Load(new DatasetSources(info).Open(["mine#3"]), cancellation: TestContext.Current.CancellationToken);
        Assert.Equal([[1, 2], [1, 2], [1, 2]], data.Samples.Select(s => s.Ids));
        Assert.Equal([new SourceShare("mine", 3, null)], data.Report.Sources);
    }

    [Fact]
    public void A_file_that_exists_wins_over_every_other_reading()
    {
        var hash = Write("a#3", "{}");
        var colon = Write("a:b.jsonl", "{}");
        Write("a", "{}");
        Assert.Equal((hash, null), Only(hash));
        Assert.Equal((hash, 2), Only(hash + "#2"));
        Assert.Equal((colon, null), Only(colon));
        Assert.Equal((colon, 7), Only(colon + "#7"));
        Assert.Equal((folder.PathOf("a"), 4), Only(folder.PathOf("a") + "#4"));
    }

    [Theory]
    [InlineData("swift/self-cognition#500")]
    [InlineData("modelscope/self-cognition#500")]
    public void Self_cognition_rows_come_with_hone_and_say_so(string entry)
    {
        var source = Assert.Single(new DatasetSources().Open([entry]).Sources);
        var rows = source.Read(new DatasetOptions()).ToList();
        Assert.Equal(500, rows.Count);
        Assert.Equal(File.ReadAllLines(Path.Combine(SharedData.RepositoryRoot, "examples", "self_cognition.jsonl")).Length, rows.Select(r => r.Location).Distinct().Count());
        Assert.Contains("come with Hone", source.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_that_nobody_knows_is_an_error()
    {
        var info = Write("info.json", """{"mine":{"file_name":"missing.jsonl"}}""");
        Assert.Contains("'other'", Assert.Throws<HoneException>(() => new DatasetSources(info).Open(["other"])).Message, StringComparison.Ordinal);
        var e = Assert.Throws<HoneException>(() => new DatasetSources(info).Open(["mine"]));
        Assert.Contains(folder.PathOf("missing.jsonl"), e.Message, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Data, info), (e.ExitCode, e.Where));
    }

    private static (string File, int? Count) Only(string entry)
    {
        var source = Assert.Single(new DatasetSources().Open([entry]).Sources);
        return (Assert.Single(source.Files), source.Count);
    }

    private string Write(string name, params string[] lines)
    {
        var path = folder.PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
        return path;
    }
}

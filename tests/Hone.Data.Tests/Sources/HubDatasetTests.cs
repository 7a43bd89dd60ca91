using Hone.Data.Sources;
using Hone.Hub;
using Hone.Testing;

namespace Hone.Data.Tests.Sources;

/// <summary>Data sets by id, from a local server that speaks the hubs' interfaces.</summary>
public sealed class HubDatasetTests : IDisposable
{
    private const string Name = "datasets/org/rows";
    private readonly TemporaryFolder folder = new();
    private readonly LocalHub hub = new();

    public HubDatasetTests()
    {
        hub.Add(Name, "README.md", "---\nconfigs:\n- config_name: default\n  data_files:\n  - {split: train, path: data/train-*}\n  - {split: test, path: data/test.jsonl}\n- config_name: zh\n  data_files: zh/*.jsonl\n---\n");
        hub.Add(Name, "data/train-1.jsonl", "{\"text\":\"a\"}\n{\"text\":\"b\"}\n");
        hub.Add(Name, "data/train-2.jsonl", "{\"text\":\"c\"}\n"u8.ToArray(), isLarge: true);
        hub.Add(Name, "data/test.jsonl", "{\"text\":\"t\"}\n");
        hub.Add(Name, "zh/1.jsonl", "{\"text\":\"中\"}\n");
    }

    public void Dispose()
    {
        hub.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("org/rows", "a b c")]
    [InlineData("hf::org/rows@main", "a b c")]
    [InlineData("ms::org/rows", "a b c")]
    [InlineData("org/rows#2", "a b|a c|b c")]
    [InlineData("org/rows:zh", "中")]
    [InlineData("org/rows:zh/default", "中 a b c")]
    [InlineData("ms::org/rows:all", "a b c 中")]
    [InlineData("org/rows:default:test", "t")]
    [InlineData("org/rows:zh#2", "中 中")]
    public void An_entry_names_subset_split_and_count(string entry, string expected)
    {
        var source = Assert.Single(Sources().Open([entry]).Sources);
        Assert.Contains(string.Join(' ', source.Read(new DatasetOptions()).Select(r => r.Json.GetProperty("text").GetString())), expected.Split('|'));
        Assert.StartsWith(hub.Server.Address.Authority, source.Note, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("org/rows#2", "hf::org/rows@COMMIT#2")]
    [InlineData("org/rows@v1:default:test", "hf::org/rows@COMMIT:default:test")]
    [InlineData("ms::org/rows:zh", "ms::org/rows:zh")]
    public void A_source_says_what_gives_its_rows_again(string entry, string expected)
    {
        hub.Add(Name, "data/train-3.jsonl", string.Concat(Enumerable.Range(0, 100).Select(i => $"{{\"text\":\"{i}\"}}\n")));
        var pinned = Assert.Single(Sources().Open([entry]).Sources).Pinned;
        Assert.Equal(expected.Replace("COMMIT", hub.Commit(Name), StringComparison.Ordinal), pinned);
        Assert.Equal(Sources().Open([entry]).Read(new DatasetOptions()).Select(r => r.Location), Sources().Open([pinned!]).Read(new DatasetOptions()).Select(r => r.Location));
    }

    [Fact]
    public void Until_a_new_commit_is_whole_the_cache_serves_the_one_before_though_its_card_was_fetched()
    {
        var before = Assert.Single(Sources().Open(["org/rows"]).Sources).Files;
        hub.Add(Name, "README.md", "---\nconfigs:\n- config_name: default\n  data_files: new.jsonl\n---\n");
        hub.Add(Name, "new.jsonl", "{\"text\":\"n\"}\n"u8.ToArray(), isLarge: true);
        hub.InterfereWithStorage = _ => new LocalResponse(404);
        Assert.Throws<HoneException>(() => Sources().Open(["org/rows"]));
        hub.Dispose();
        Assert.Equal(before, Assert.Single(Sources().Open(["org/rows"]).Sources).Files);
    }

    [Fact]
    public void Only_the_files_that_are_needed_are_fetched()
    {
        var source = Assert.Single(Sources().Open(["org/rows"]).Sources);
        Assert.Equal(2, source.Files.Count);
        Assert.DoesNotContain(hub.Server.Requests, r => r.Path.Contains("test.jsonl", StringComparison.Ordinal) || r.Path.Contains("zh/1", StringComparison.Ordinal));
        Assert.All(source.Files, f => Assert.StartsWith(folder.PathOf("hf"), f, StringComparison.Ordinal));
    }

    [Fact]
    public void A_registered_data_set_may_lie_on_a_hub()
    {
        var info = folder.Write("info.json", """
            {"one":{"hf_hub_url":"org/rows","ms_hub_url":"org/none","split":"test","columns":{"response":"text"}},
             "two":{"ms_hub_url":"org/rows","subset":"zh","num_samples":3}}
            """);
        var sources = Sources(info).Open(["one", "two"]).Sources;
        Assert.Equal(["t", "中", "中", "中"], sources.SelectMany(s => s.Read(new DatasetOptions())).Select(r => r.Json.GetProperty("text").GetString()));
        Assert.Equal("output", sources[0].Mapping!.Columns["text"]);
    }

    [Fact]
    public void An_id_that_ms_swift_registers_brings_its_columns()
    {
        var info = folder.Write("info.json", """[{"ms_dataset_id":"org/rows","hf_dataset_id":"org/rows","columns":{"text":"response"}, "split":["train","test"]}]""");
        var source = Assert.Single(Sources(info).Open(["org/rows:default"]).Sources);
        Assert.Equal("response", source.Mapping!.Columns["text"]);
        Assert.Equal(3, source.Files.Count);
    }

    [Fact]
    public void A_hub_that_is_named_is_asked_though_a_file_is_registered_under_the_id()
    {
        folder.Write("mine.jsonl", "{}");
        var info = folder.Write("info.json", """{"org/rows":{"file_name":"mine.jsonl"},"other":{"ms_hub_url":"org/rows","split":"test"}}""");
        Assert.Equal([folder.PathOf("mine.jsonl")], Assert.Single(Sources(info).Open(["org/rows"]).Sources).Files);
        Assert.Equal(2, Assert.Single(Sources(info).Open(["hf::org/rows"]).Sources).Files.Count);
        Assert.EndsWith("test.jsonl", Assert.Single(Assert.Single(Sources(info).Open(["ms::org/rows"]).Sources).Files), StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_that_is_too_long_is_not_fetched()
    {
        hub.Add(Name, "README.md", new byte[(8 << 20) + 1], isLarge: true);
        Assert.Contains("longer than 8 MiB", Assert.Throws<HoneException>(() => Sources().Open(["org/rows"])).Message, StringComparison.Ordinal);
        Assert.Empty(hub.Storage.Requests);
    }

    [Fact]
    public void A_folder_on_this_machine_has_subsets_too()
    {
        folder.Write("set/README.md", "---\nconfigs:\n- config_name: x\n  data_files: {train: a.jsonl, test: b.jsonl}\n---\n");
        folder.Write("set/a.jsonl", "{}");
        folder.Write("set/b.jsonl", "{}");
        Assert.Equal([folder.PathOf("set/b.jsonl")], Assert.Single(Sources().Open([folder.PathOf("set") + ":x:test#1"]).Sources).Files);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => Sources().Open([folder.PathOf("set") + ":y"])).ExitCode);
        Assert.Contains("A file has no subsets", Assert.Throws<HoneException>(() => Sources().Open([folder.PathOf("set/a.jsonl") + ":y"])).Message, StringComparison.Ordinal);
        Assert.Empty(hub.Server.Requests);
    }

    [Theory]
    [InlineData("org/none", "There is no data set org/none")]
    [InlineData("org/rows:none", "it has no subset 'none'; it has default, zh")]
    [InlineData("org/rows:default:dev", "it has no split 'dev'; it has train, test")]
    [InlineData("word", "it is no id of one on a hub")]
    public void What_is_not_there_is_an_error_of_the_data(string entry, string message)
    {
        var e = Assert.Throws<HoneException>(() => Sources().Open([entry]));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private DatasetSources Sources(string? info = null) => new(info, new HubAccess(new HubOptions
    {
        HuggingFaceEndpoint = hub.Server.Address,
        HuggingFaceCache = folder.PathOf("hf"),
        ModelScopeEndpoint = hub.Server.Address,
        ModelScopeCache = folder.PathOf("ms"),
        RetryDelay = TimeSpan.FromMilliseconds(1),
    }), cancellation: TestContext.Current.CancellationToken);
}

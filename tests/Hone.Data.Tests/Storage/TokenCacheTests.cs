using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Hone.Data.Sources;
using Hone.Data.Storage;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Storage;

/// <summary>What comes from the cache is what tokenizing gives; whatever the tokens depend on is noticed when it changes, and so is damage.</summary>
public sealed class TokenCacheTests : IDisposable
{
    private const string Rows = """
        {"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}],"channel":"a"}
        {"messages":[{"role":"user","content":"q"}]}
        {"query":"one two three four five six seven eight nine ten eleven twelve","response":"thirteen fourteen fifteen sixteen","extra":1}
        not JSON
        {"query":"2+2","response":"4","loss_scale":0.25}
        {"input_ids":[5,6,7],"labels":[-100,6,7]}

        """;

    private readonly TemporaryFolder folder = new();
    private readonly string data;

    public TokenCacheTests() => data = folder.Write("rows.jsonl", Rows);

    public void Dispose() => folder.Dispose();

    private static DatasetOptions Options => new() { MaxLength = 40 };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void A_second_load_gives_the_same_samples_places_and_account()
    {
        using var first = Load();
        using var second = Load();
        Assert.StartsWith("kept in ", first.TokensFrom, StringComparison.Ordinal);
        Assert.StartsWith("taken from ", second.TokensFrom, StringComparison.Ordinal);
        AssertSame(first, second);
        Assert.NotEmpty(second.Report.Rejected.First);
        Assert.NotEmpty(second.Report.TooLong.First);
        Assert.Equal(2, second.Report.Forms.Count(f => f.Rows > 0 && f.Form.Length > 0 && f.Form != first.Report.Forms[0].Form));
        Assert.Equal("a", Assert.Single(second.Report.Channels).Key);
    }

    [Fact]
    public void Real_rows_that_do_not_fit_in_memory_are_the_same_from_the_cache()
    {
        var path = SharedData.PathOf("datasets/alpaca_5k.json");
        var options = new DatasetOptions { MaxLength = 1024, Scope = LossScope.Everything };
        using var first = Load(path, options);
        using var second = Load(path, options);
        Assert.StartsWith("taken from ", second.TokensFrom, StringComparison.Ordinal);
        AssertSame(first, second);
    }

    [Fact]
    public void A_file_that_changed_is_noticed_although_its_size_and_date_did_not()
    {
        using var first = Load();
        var date = File.GetLastWriteTimeUtc(data);
        File.WriteAllText(data, Rows.Replace("2+2", "2*2", StringComparison.Ordinal));
        File.SetLastWriteTimeUtc(data, date);
        using var second = Load();
        Assert.StartsWith("kept in ", second.TokensFrom, StringComparison.Ordinal);
        Assert.NotEqual(first.Samples.SelectMany(s => s.Ids), second.Samples.SelectMany(s => s.Ids));
    }

    [Fact]
    public void Every_option_makes_another_key()
    {
        var keys = new HashSet<string> { KeyOf(Options) };
        foreach (var property in typeof(DatasetOptions).GetProperties().Where(p => p.Name != nameof(DatasetOptions.Threads)))
        {
            var changed = Options with { };
            property.SetValue(changed, Another(property, property.GetValue(changed)));
            Assert.True(keys.Add(KeyOf(changed)), $"{property.Name} changes the tokens and not the key");
        }

        Assert.False(keys.Add(KeyOf(Options with { Threads = 7 })));
    }

    [Fact]
    public void Whatever_else_the_tokens_depend_on_makes_another_key()
    {
        var keys = new HashSet<string> { KeyOf(Options) };
        Assert.True(keys.Add(KeyOf(Options, template: Template("chatml"))), "template");
        Assert.True(keys.Add(KeyOf(Options, rows: 2)), "rows");
        Assert.True(keys.Add(KeyOf(Options, ends: [1, 2])), "end tokens");
        Assert.True(keys.Add(KeyOf(Options, tokenizer: SharedData.PathOf("tokenizers/llama3"))), "tokenizer");
        Assert.True(keys.Add(KeyOf(Options, path: folder.Write("copy.jsonl", Rows))), "name of the file, which messages say");
        folder.Write("dataset_info.json", "{}");
        Assert.True(keys.Add(KeyOf(Options)), "description beside the data");
    }

    [Fact]
    public void A_damaged_file_is_noticed_and_made_anew()
    {
        using var expected = Load();
        var path = Assert.Single(Directory.GetFiles(folder.PathOf("tokens")));
        var good = File.ReadAllBytes(path);
        foreach (var at in (int[])[0, 7, good.Length / 3, good.Length / 2, good.Length - 100, good.Length - 70, good.Length - 40, good.Length - 1, -1, -2])
        {
            var bad = at switch { -1 => good[..^1], -2 => [], _ => good.ToArray() };
            if (at >= 0) bad[at] ^= 4;
            File.WriteAllBytes(path, bad);
            using var again = Load();
            Assert.Matches("^kept in .*; .* is damaged and was made anew: .*", again.TokensFrom);
            AssertSame(expected, again);
            Assert.Equal(good.Length, new FileInfo(path).Length);
        }
    }

    [Theory]
    [InlineData(0, -1L)]
    [InlineData(0, long.MaxValue)]
    [InlineData(8, -1)]
    [InlineData(8, int.MaxValue)]
    [InlineData(8, 2)]
    [InlineData(12, -1)]
    [InlineData(12, 1 << 30)]
    [InlineData(16, -5)]
    public void A_file_whose_sizes_are_not_its_own_is_noticed_though_its_checksum_is_right(int at, object size)
    {
        using var expected = Load();
        var path = Assert.Single(Directory.GetFiles(folder.PathOf("tokens")));
        var bytes = File.ReadAllBytes(path);
        var footer = bytes.AsSpan(bytes.Length - 64 - 24);
        if (size is long large) BitConverter.TryWriteBytes(footer[at..], large);
        else BitConverter.TryWriteBytes(footer[at..], (int)size);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - 32), bytes.AsSpan(bytes.Length - 32));
        File.WriteAllBytes(path, bytes);
        using var again = Load();
        Assert.Contains("sizes are wrong", again.TokensFrom, StringComparison.Ordinal);
        AssertSame(expected, again);
    }

    [Fact]
    public void Rows_that_change_while_they_are_read_are_not_kept()
    {
        using var loaded = Load(progress: p =>
        {
            if (p.Rows > 0) File.SetLastWriteTimeUtc(data, DateTime.UtcNow.AddSeconds(7));
        });
        Assert.Equal("not kept: a data file changed while it was read", loaded.TokensFrom);
        Assert.False(Directory.Exists(folder.PathOf("tokens")));
        Assert.Equal(3, loaded.Samples.Count);
    }

    [Fact]
    public void Work_on_whole_files_tells_how_far_it_is()
    {
        var told = new List<LoadProgress>();
        using var first = Load(progress: told.Add);
        using var second = Load(progress: told.Add);
        var works = told.Where(p => p.Files is not null).Select(p => p.Files!.Value).ToList();
        Assert.Equal(["looking for kept tokens", "keeping the tokens", "looking for kept tokens", "checking the kept tokens"],
            works.Where((w, i) => i == 0 || works[i - 1].What != w.What).Select(w => w.What));
        Assert.All(works, w => Assert.InRange(w.Bytes, 1, w.Total));
        foreach (var work in works.GroupBy(w => w.What)) Assert.Equal(work.Last().Total, work.Last().Bytes);
    }

    [Fact]
    public void Two_at_a_time_do_not_get_into_each_others_way()
    {
        Parallel.For(0, 8, _ =>
        {
            using var loaded = Load();
            Assert.Equal(3, loaded.Samples.Count);
        });
        Assert.Single(Directory.GetFiles(folder.PathOf("tokens")));
    }

    [Fact]
    public void The_files_used_longest_ago_go_when_all_get_too_large()
    {
        using var first = Load();
        var path = Directory.GetFiles(folder.PathOf("tokens"))[0];
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-3));
        using var second = Load(options: Options with { MaxLength = 41 });
        Assert.Equal(2, Directory.GetFiles(folder.PathOf("tokens")).Length);
        using var third = Load(options: Options with { MaxLength = 42 }, limit: 2 * new FileInfo(path).Length + 512);
        Assert.False(File.Exists(path));
        Assert.Equal(2, Directory.GetFiles(folder.PathOf("tokens")).Length);
    }

    [Fact]
    public void Small_data_and_what_cannot_be_read_twice_is_not_kept()
    {
        Assert.Null(Load(minimum: TokenCache.UsualMinimumBytes).TokensFrom);
        Assert.False(new TokenCache("x", null, 0).Wants([folder.PathOf("none"), data]));
        Assert.False(Directory.Exists(folder.PathOf("tokens")));
    }

    [Fact]
    public void A_folder_that_cannot_be_written_costs_the_cache_and_nothing_else()
    {
        folder.Write("tokens", "a file is in the way");
        using var loaded = Load();
        Assert.StartsWith("not kept: ", loaded.TokensFrom, StringComparison.Ordinal);
        Assert.Equal(3, loaded.Samples.Count);
    }

    [Fact]
    public void What_a_killed_process_left_is_removed_after_a_day()
    {
        var (old, young) = (folder.Write("tokens/a.partial", "x"), folder.Write("tokens/b.partial", "x"));
        File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-2));
        using var loaded = Load();
        Assert.False(File.Exists(old));
        Assert.True(File.Exists(young));
    }

    private static ChatTemplate Template(string name) => ChatTemplate.FromFile(SharedData.PathOf($"templates/{name}.jinja"), SharedData.PathOf("tokenizers/qwen2.5"));

    private LoadedDataset Load(string? path = null, DatasetOptions? options = null, long minimum = 0, long limit = TokenCache.UsualLimitBytes, Action<LoadProgress>? progress = null)
    {
        var model = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(model);
        return new DatasetLoader(tokenizer, Template("qwen2.5"), tokenizer.StopIds([]), options ?? Options)
        {
            Cache = new TokenCache(folder.PathOf("tokens"), model, minimum, limit),
        }.Load([(path ?? data, null)], progress, Cancellation);
    }

    private string KeyOf(DatasetOptions options, string? path = null, int? rows = null, string? tokenizer = null, ChatTemplate? template = null, int[]? ends = null) =>
        Convert.ToHexString(TokenCacheKey.Of(new RowSources([new RowSource(path ?? data, [path ?? data], rows)]), options, tokenizer ?? SharedData.PathOf("tokenizers/qwen2.5"), template ?? Template("qwen2.5"), ends ?? [1], withContents: true, null, Cancellation));

    private object Another(PropertyInfo property, object? value) => value switch
    {
        bool b => !b,
        int n => n + 1,
        ulong n => n + 1,
        null when property.PropertyType == typeof(int?) => 3,
        null when property.PropertyType == typeof(string) => folder.Write("info.json", "{}"),
        Enum e => Enum.GetValues(e.GetType()).Cast<object>().First(other => !other.Equals(e)),
        IReadOnlyList<LossRule> => new[] { LossRule.Hermes },
        IReadOnlyList<string> => new[] { property.Name },
        IReadOnlyDictionary<string, string> => new Dictionary<string, string> { ["a"] = "query" },
        _ => throw new InvalidOperationException($"{property.Name}: teach this test to change a {property.PropertyType}"),
    };

    private static void AssertSame(LoadedDataset expected, LoadedDataset actual)
    {
        Assert.Equal(JsonSerializer.Serialize(expected.Report, Fields), JsonSerializer.Serialize(actual.Report, Fields));
        Assert.Equal(expected.Locations, actual.Locations);
        Assert.Equal(expected.Samples.Count, actual.Samples.Count);
        foreach (var (a, b) in expected.Samples.Zip(actual.Samples))
        {
            Assert.Equal(a.Row, b.Row);
            Assert.Equal(a.Ids, b.Ids);
            Assert.Equal(a.LossWeights, b.LossWeights);
        }
    }

    private static JsonSerializerOptions Fields { get; } = new() { IncludeFields = true };
}

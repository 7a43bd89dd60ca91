using Hone.Testing;

namespace Hone.Hub.Tests;

public sealed class DownloadTests : HubTests
{
    [Fact]
    public void A_model_arrives_with_what_is_needed_and_nothing_else()
    {
        var folder = Find();
        Assert.Equal(["config.json", "model.safetensors", "tokenizer.json"], Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f)).Order());
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(Weights.Length, Progress[^1].Done);
        Assert.Equal(("model.safetensors", (long)Weights.Length), (Progress[^1].File, Progress[^1].Total));
        var before = Hub.Server.Requests.Count + Hub.Storage.Requests.Count;
        Assert.Equal(folder, Find());
        Assert.Equal(2, Hub.Server.Requests.Count + Hub.Storage.Requests.Count - before);
    }

    [Fact]
    public void Weights_stay_where_they_are_when_only_the_description_is_needed() =>
        Assert.False(File.Exists(Path.Combine(Find(parts: ModelParts.Description), "model.safetensors")));

    [Fact]
    public void Weights_come_when_they_are_asked_for_and_are_of_the_commit_of_the_description()
    {
        var before = Find();
        Hub.Add(Model, "config.json", "{\"model_type\":\"qwen2\"}");
        Hub.Add(Model, "model.safetensors", [.. Weights.Reverse()], isLarge: true);
        var commit = Hub.Commit(Model);
        var asked = Hub.Storage.Requests.Count;
        var model = ModelFolders.Describe("org/small.model", null, Access(), TestContext.Current.CancellationToken);
        Assert.True(model.IsOnHub);
        Assert.EndsWith(commit, model.Folder, StringComparison.Ordinal);
        Assert.Equal("{\"model_type\":\"qwen2\"}", Text(Path.Combine(model.Folder, "config.json")));
        Assert.Equal(asked, Hub.Storage.Requests.Count);
        Assert.Equal(before, Find(options: Options with { Offline = true }));

        model.FetchWeights(TestContext.Current.CancellationToken);
        Assert.Equal(Weights.Reverse(), File.ReadAllBytes(Path.Combine(model.Folder, "model.safetensors")));
        Assert.Equal(model.Folder, Find(options: Options with { Offline = true }));
        Assert.False(ModelFolders.Describe(model.Folder, null, Access(), TestContext.Current.CancellationToken).IsOnHub);
    }

    [Fact]
    public void A_model_without_safetensors_is_refused_before_anything_of_it_is_fetched()
    {
        Hub.Add("models/org/old", "config.json", "{}");
        Hub.Add("models/org/old", "pytorch_model.bin", Weights, isLarge: true);
        AssertSays(Fails("org/old"), "only pytorch_model.bin", "name a repository that has them");
        Assert.False(Directory.Exists(Cache));
        Assert.Equal("{}", Text(Path.Combine(Find("org/old", parts: ModelParts.Description), "config.json")));
    }

    [Fact]
    public void Shards_are_those_that_the_index_names()
    {
        const string sharded = "models/org/big";
        Hub.Add(sharded, "config.json", "{}");
        Hub.Add(sharded, "model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors","b":"model-2.safetensors","c":"model-1.safetensors"}}""");
        Hub.Add(sharded, "model-1.safetensors", Weights[..1000], isLarge: true);
        Hub.Add(sharded, "model-2.safetensors", Weights[..2000], isLarge: true);
        Hub.Add(sharded, "consolidated.safetensors", Weights[..3000], isLarge: true);
        Assert.Equal(["config.json", "model-1.safetensors", "model-2.safetensors", "model.safetensors.index.json"], Directory.GetFiles(Find("org/big")).Select(Path.GetFileName).Order());
        Hub.Add(sharded, "model.safetensors.index.json", """{"weight_map":{"a":"../../model-1.safetensors"}}""");
        Assert.Contains("'../../model-1.safetensors', which is not there", Fails("org/big").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_connection_that_breaks_goes_on_where_it_broke()
    {
        var asked = new List<int>();
        Hub.InterfereWithStorage = request =>
        {
            lock (asked) asked.Add(request.From);
            return asked.Count < 4 ? LocalHub.Part(Weights, request) with { BreaksAfter = 70_000 } : null;
        };
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(), "model.safetensors")));
        Assert.Equal(0, asked[0]);
        Assert.Equal(4, asked.Count);
        Assert.Equal(asked.Order(), asked);
        Assert.True(asked[3] > 100_000, $"the last part begins at {asked[3]}");
        Assert.Equal(3, Notices.Count);
    }

    [Fact]
    public void What_an_interrupted_download_left_is_used_by_the_next_one()
    {
        Hub.InterfereWithStorage = request => new LocalResponse(200, Weights) { BreaksAfter = 100_000 };
        Assert.Contains("run the same command again", Fails(options: Options with { MaxTries = 1 }).Fix, StringComparison.Ordinal);
        var left = Assert.Single(Directory.GetFiles(Cache, "*.incomplete", SearchOption.AllDirectories));
        Assert.Equal(Weights[..(int)new FileInfo(left).Length], File.ReadAllBytes(left));
        var asked = -1;
        Hub.InterfereWithStorage = request =>
        {
            asked = request.From;
            return null;
        };
        var length = new FileInfo(left).Length;
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(), "model.safetensors")));
        Assert.Equal(length, asked);
    }

    [Fact]
    public void A_server_that_ignores_the_range_begins_anew()
    {
        var first = true;
        Hub.InterfereWithStorage = request =>
        {
            var response = new LocalResponse(200, Weights) { BreaksAfter = first ? 50_000 : null };
            first = false;
            return response;
        };
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(), "model.safetensors")));
    }

    [Fact]
    public void Another_part_than_was_asked_for_is_not_taken()
    {
        var n = 0;
        Hub.InterfereWithStorage = request => ++n switch
        {
            1 => new LocalResponse(200, Weights) { BreaksAfter = 50_000 },
            2 => new LocalResponse(206, Weights[10..]) { Headers = { ["Content-Range"] = $"bytes 10-{Weights.Length - 1}/{Weights.Length}" } },
            _ => null,
        };
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(), "model.safetensors")));
    }

    [Fact]
    public void An_adapter_brings_the_template_that_it_was_trained_with()
    {
        foreach (var file in (string[])["adapter_config.json", "adapter_model.safetensors", "chat_template.jinja", "tokenizer_config.json", "optimizer.pt"]) Hub.Add("models/org/adapter", file, "{}");
        Assert.Equal(["adapter_config.json", "adapter_model.safetensors", "chat_template.jinja", "tokenizer_config.json"],
            Directory.GetFiles(Find("org/adapter", parts: ModelParts.Adapter)).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Without_a_checksum_parts_of_two_contents_are_not_joined()
    {
        Hub.HasChecksums = false;
        Hub.InterfereWithStorage = request => request.From == 0 ? new LocalResponse(200, Weights[..1000]) : new LocalResponse(404);
        Fails("ms::org/small.model");
        byte[] other = [.. Weights.Select(b => (byte)~b)];
        Hub.Add(Model, "model.safetensors", other, isLarge: true);
        Hub.InterfereWithStorage = null;
        Assert.Equal(other, File.ReadAllBytes(Path.Combine(Find("ms::org/small.model"), "model.safetensors")));
    }

    [Fact]
    public void Contents_are_checked_and_fetched_once_more()
    {
        var n = 0;
        Hub.InterfereWithStorage = request => n++ == 0 ? new LocalResponse(200, new byte[Weights.Length]) : null;
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(), "model.safetensors")));
        Assert.Equal(2, n);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_content_that_is_wrong_twice_is_an_error_and_leaves_nothing(bool small)
    {
        if (small) Hub.Interfere = request => request.Path.EndsWith("config.json", StringComparison.Ordinal) ? new LocalResponse(200, "{\"model_type\":\"evil!\"}") : null;
        else Hub.InterfereWithStorage = request => new LocalResponse(200, new byte[Weights.Length]);
        var e = Fails();
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.Contains("checksum", e.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Cache, small ? "config.json" : "model.safetensors", SearchOption.AllDirectories));
        Assert.Empty(Directory.GetFiles(Cache, "*.incomplete", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(null)]
    public void No_byte_more_than_was_listed_is_written(int? declared)
    {
        Hub.InterfereWithStorage = request => new LocalResponse(200, [.. Weights, .. Weights]) { DeclaredLength = declared };
        Assert.Contains("more of 'model.safetensors' than", Fails().Message, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Cache, "*", SearchOption.AllDirectories), f => Assert.True(new FileInfo(f).Length <= Weights.Length));
    }

    [Fact]
    public void A_short_content_is_no_success_even_if_its_declared_length_fits()
    {
        Hub.InterfereWithStorage = request => new LocalResponse(200, Weights[..1000]);
        Assert.Contains("ends 'model.safetensors' after", Fails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_server_does_not_hold_anybody_for_ever()
    {
        Hub.InterfereWithStorage = request => new LocalResponse(200, Weights) { Pause = TimeSpan.FromSeconds(60) };
        Assert.Contains("is silent", Fails(options: Options with { Timeout = TimeSpan.FromSeconds(0.5), MaxTries = 1 }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_that_trickles_is_given_up_and_what_it_sent_is_kept()
    {
        Hub.InterfereWithStorage = request => LocalHub.Part(Weights, request) with { Piece = 100 };
        var e = Fails(options: Options with { Clock = new HastyClock() });
        AssertSays(e, "sends 'model.safetensors' too slowly", "in 60 s", "run the same command again: what has come in is kept");
        Assert.Equal(2, Notices.Count);
        var asked = 0;
        Hub.InterfereWithStorage = request =>
        {
            asked = request.From;
            return LocalHub.Part(Weights, request) with { Piece = 50_000 };
        };
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Find(options: Options with { Clock = new HastyClock() }), "model.safetensors")));
        Assert.True(asked > 0, "nothing was kept");
    }

    [Fact]
    public void A_server_that_breaks_off_after_every_few_bytes_is_given_up()
    {
        Hub.InterfereWithStorage = request => LocalHub.Part(Weights, request) with { BreaksAfter = 100 };
        AssertSays(Fails(), "can't be fetched");
        Assert.Equal(3, Hub.Storage.Requests.Count);
    }

    [Fact]
    public void Ctrl_C_ends_a_download_at_once_and_keeps_what_came()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        Hub.InterfereWithStorage = request => new LocalResponse(200, Weights) { Pause = TimeSpan.FromSeconds(60) };
        var access = new HubAccess(Options) { Progress = p => stop.CancelAfter(p.Done > 200_000 ? 0 : -1) };
        Assert.ThrowsAny<OperationCanceledException>(() => ModelFolders.Find("org/small.model", ModelParts.Whole, null, access, stop.Token));
        Assert.True(new FileInfo(Assert.Single(Directory.GetFiles(Cache, "*.incomplete", SearchOption.AllDirectories))).Length > 200_000);
    }

    [Theory]
    [InlineData(429, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(400, false)]
    [InlineData(404, false)]
    [InlineData(403, false)]
    public void What_may_pass_is_tried_again(int status, bool passes)
    {
        var n = 0;
        Hub.Interfere = request => n++ < 2 ? new LocalResponse(status) : null;
        if (passes) Find();
        else Fails();
        Assert.Equal(passes ? 2 : 0, Notices.Count);
    }

    [Fact]
    public void Errors_say_what_to_do()
    {
        Hub.Interfere = request => new LocalResponse(503);
        AssertSays(Fails(), "can't be fetched", "503", "HF_ENDPOINT");
        Hub.Interfere = request => new LocalResponse(401) { Headers = { ["X-Error-Message"] = "Access is restricted." } };
        AssertSays(Fails(), "may not be read", "(Access is restricted.)", "HF_TOKEN", "/org/small.model");
        Hub.Interfere = null;
        AssertSays(Fails("org/unknown"), "There is no model org/unknown", "no file or folder", "ms::");
        AssertSays(Fails("org/small.model@nowhere"), "at nowhere");
        AssertSays(Fails("no-id"), "There is no folder 'no-id'");
        AssertSays(Fails("org/rows"), "There is no model org/rows");
        Hub.Dispose();
        Notices.Clear();
        AssertSays(Fails(), "can't be fetched", "no file or folder", "Check the connection");
        Assert.Single(Notices);
    }

    /// <summary>Ten seconds later each time that it is looked at.</summary>
    private sealed class HastyClock : TimeProvider
    {
        private long seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => seconds += 10;
    }

    private static void AssertSays(HoneException e, params string[] parts)
    {
        Assert.Equal(ExitCode.Model, e.ExitCode);
        Assert.All(parts, part => Assert.Contains(part, $"{e.Message} | {e.Where} | {e.Fix}", StringComparison.Ordinal));
    }
}

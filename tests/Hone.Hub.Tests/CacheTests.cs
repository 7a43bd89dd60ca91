using System.Diagnostics;
using Hone.Hub.Caches;
using Hone.Testing;

namespace Hone.Hub.Tests;

public sealed class CacheTests : HubTests
{
    private string Repository => Path.Combine(Cache, "models--org--small.model");

    [Fact]
    public void The_cache_is_laid_out_as_huggingface_hub_does()
    {
        var folder = Find();
        var commit = Hub.Commit(Model);
        Assert.Equal(Path.Combine(Repository, "snapshots", commit), folder);
        Assert.Equal(commit, Text(Path.Combine(Repository, "refs", "main")));
        Assert.Equal(Path.Combine("..", "..", "blobs", LocalHub.Sha256(Weights)), new FileInfo(Path.Combine(folder, "model.safetensors")).LinkTarget);
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(Repository, "blobs", LocalHub.Sha256(Weights))));
        Assert.Equal(Path.Combine("..", "..", "blobs", LocalHub.GitId("{\"model_type\":\"llama\"}"u8.ToArray())), new FileInfo(Path.Combine(folder, "config.json")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(Cache, ".locks", "models--org--small.model", LocalHub.Sha256(Weights) + ".lock")));
    }

    [Fact]
    public void Names_with_any_characters_and_folders_are_linked_from_their_depth()
    {
        var rows = Open("hf::org/rows", RepositoryKind.Dataset);
        rows.Fetch(["a b/ü#1.jsonl"], TestContext.Current.CancellationToken);
        var file = Path.Combine(rows.Folder, "a b", "ü#1.jsonl");
        Assert.Equal("{}", Text(file));
        Assert.StartsWith(Path.Combine("..", "..", "..", "blobs"), new FileInfo(file).LinkTarget, StringComparison.Ordinal);
    }

    [Fact]
    public void What_another_program_put_into_the_cache_is_used()
    {
        var commit = Hub.Commit(Model);
        var blob = Path.Combine(Repository, "blobs", LocalHub.Sha256(Weights));
        Directory.CreateDirectory(Path.GetDirectoryName(blob)!);
        File.WriteAllBytes(blob, Weights);
        Find();
        Assert.Empty(Hub.Storage.Requests);

        // And without a word from the hub: as huggingface_hub leaves it, with no list of ours.
        File.Delete(Directory.GetFiles(Repository, ".hone-*")[0]);
        Hub.Dispose();
        Assert.Equal(Path.Combine(Repository, "snapshots", commit), Find());
        Assert.Contains("as it is in the cache", Notices[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_commit_is_fetched_and_shares_what_did_not_change()
    {
        var before = Find();
        Hub.Add(Model, "config.json", "{\"model_type\":\"qwen2\"}");
        var after = Find();
        Assert.NotEqual(before, after);
        Assert.Equal("{\"model_type\":\"qwen2\"}", Text(Path.Combine(after, "config.json")));
        Assert.Equal("{\"model_type\":\"llama\"}", Text(Path.Combine(before, "config.json")));
        Assert.Single(Hub.Storage.Requests);
        Assert.Equal(Hub.Commit(Model), Text(Path.Combine(Repository, "refs", "main")));
    }

    [Fact]
    public void Until_a_new_commit_is_whole_the_cache_serves_the_one_before()
    {
        var before = Find();
        Hub.Add(Model, "config.json", "{\"model_type\":\"qwen2\"}");
        Hub.Add(Model, "model.safetensors", [.. Weights.Reverse()], isLarge: true);
        Hub.InterfereWithStorage = request => new LocalResponse(404);
        Fails();
        Assert.NotEqual(before, Find(parts: ModelParts.Description));
        Assert.Equal(before, Find(options: Options with { Offline = true }));
    }

    [Fact]
    public void A_description_alone_serves_offline_too()
    {
        var folder = Find(parts: ModelParts.Description);
        Assert.Equal(folder, Find(options: Options with { Offline = true }, parts: ModelParts.Description));
        Assert.Contains("'model.safetensors' is missing", Fails(options: Options with { Offline = true }).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revision_has_a_ref_of_its_own_and_a_commit_needs_none()
    {
        Find("org/small.model@v1");
        Assert.Equal(["v1"], Directory.GetFiles(Path.Combine(Repository, "refs")).Select(Path.GetFileName));
        var commit = Hub.Commit(Model);
        Hub.Dispose();
        Assert.EndsWith(commit, Find("org/small.model@" + commit), StringComparison.Ordinal);
        Assert.Empty(Notices);
    }

    [Fact]
    public void A_commit_is_asked_for_once_though_only_its_description_is_needed()
    {
        var commit = Hub.Commit(Model);
        Find("org/small.model@" + commit, parts: ModelParts.Description);
        var before = Hub.Server.Requests.Count;
        Find("org/small.model@" + commit, parts: ModelParts.Description);
        Assert.Equal(before, Hub.Server.Requests.Count);
    }

    [Fact]
    public void Offline_only_the_cache_is_used()
    {
        var offline = Options with { Offline = true };
        Assert.Contains("is not in the cache, and HF_HUB_OFFLINE is set", Fails(options: offline).Message, StringComparison.Ordinal);
        var folder = Find();
        var before = Hub.Server.Requests.Count;
        Assert.Equal(folder, Find(options: offline));
        Assert.Equal(before, Hub.Server.Requests.Count);
    }

    [Fact]
    public void Offline_a_part_that_was_never_fetched_is_missed()
    {
        var rows = Open("hf::org/rows", RepositoryKind.Dataset);
        rows.Fetch(rows.Files.Take(10), TestContext.Current.CancellationToken);
        var again = Open("hf::org/rows", RepositoryKind.Dataset, Options with { Offline = true });
        Assert.Equal(rows.Files, again.Files);
        again.Fetch(rows.Files.Take(10), TestContext.Current.CancellationToken);
        var e = Assert.Throws<HoneException>(() => again.Fetch(again.Files, TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.Data, e.ExitCode);
        Assert.Contains("is not whole in the cache", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_may_only_be_read_serves()
    {
        var folder = Find();
        var listing = Assert.Single(Directory.GetFiles(Repository, ".hone-*"));
        File.Delete(listing);
        Directory.CreateDirectory(listing); // Whoever runs the tests may write everywhere, but not a file over a folder.
        Assert.Equal(folder, Find());
    }

    [Fact]
    public void A_data_set_of_another_program_is_used_with_a_word_of_doubt()
    {
        var rows = Open("hf::org/rows", RepositoryKind.Dataset);
        rows.Fetch(rows.Files.Take(10), TestContext.Current.CancellationToken);
        File.Delete(Assert.Single(Directory.GetFiles(Path.Combine(Cache, "datasets--org--rows"), ".hone-*")));
        Assert.Equal(10, Open("hf::org/rows", RepositoryKind.Dataset, Options with { Offline = true }).Files.Count);
        Assert.Contains("can't be told", Assert.Single(Notices), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_file_in_the_cache_is_fetched_again()
    {
        var folder = Find();
        File.WriteAllBytes(Path.Combine(Repository, "blobs", LocalHub.Sha256(Weights)), Weights[..5]);
        Find();
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
    }

    [Fact]
    public void Listings_of_many_pages_are_read_to_their_end()
    {
        Hub.PageSize = 50;
        Assert.Equal(206, Open("hf::org/rows", RepositoryKind.Dataset).Files.Count);
        Assert.Equal(206, Open("ms::org/rows", RepositoryKind.Dataset).Files.Count);
    }

    [Fact]
    public void ModelScope_has_its_own_folders()
    {
        var folder = Find("ms::org/small.model");
        Assert.Equal(Path.Combine(ModelScopeCache, "models", "org", "small___model"), folder);
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Null(new FileInfo(Path.Combine(folder, "model.safetensors")).LinkTarget);
        var before = Hub.Storage.Requests.Count;
        Find("org/small.model", Options with { DefaultSite = HubSite.ModelScope });
        Assert.Equal(before, Hub.Storage.Requests.Count);
        File.WriteAllBytes(Path.Combine(folder, "model.safetensors"), new byte[Weights.Length]);
        Find("ms::org/small.model");
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(folder, "model.safetensors")));
        Assert.Equal(folder, Find("ms::org/small.model", Options with { Offline = true }));
        Assert.Contains("There is no model org/none", Fails("ms::org/none").Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revision_of_ModelScope_has_a_folder_of_its_own()
    {
        var main = Find("ms::org/small.model");
        var offline = Options with { Offline = true };
        Assert.Contains("The model org/small.model at v1 is not in the cache", Fails("ms::org/small.model@v1", offline).Message, StringComparison.Ordinal);
        var named = Find("ms::org/small.model@v1");
        Assert.Equal(main + "@v1", named);
        Assert.Equal(named, Find("ms::org/small.model@v1", offline));
        Assert.Equal(main, Find("ms::org/small.model", offline));
    }

    [Theory]
    [InlineData("model.safetensors")]
    [InlineData("chat_template.jinja")]
    public void What_a_repository_of_ModelScope_held_before_is_not_read_as_a_part_of_it(string file)
    {
        const string model = "models/org/moved";
        Hub.Add(model, "config.json", "{}");
        Hub.Add(model, "model.safetensors.index.json", """{"weight_map":{"a":"model-1.safetensors"}}""");
        Hub.Add(model, "model-1.safetensors", Weights, isLarge: true);
        var (shared, own) = (Find("ms::org/moved"), Find("ms::org/moved@v1"));
        foreach (var folder in (string[])[shared, own])
        {
            File.WriteAllText(Path.Combine(folder, file), "of an earlier state");
            File.WriteAllText(Path.Combine(folder, "model-2.safetensors"), "named by no index");
        }

        // The folder is ModelScope's library's too: what lies there may be wanted.
        var e = Fails("ms::org/moved");
        Assert.Contains($"holds '{file}' of an earlier state of org/moved", e.Message, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(shared, file), e.Where);
        Assert.Contains("ms::org/moved@master", e.Fix, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(shared, file)));

        Assert.Equal(own, Find("ms::org/moved@v1"));
        Assert.False(File.Exists(Path.Combine(own, file)));
        Assert.True(File.Exists(Path.Combine(own, "model-1.safetensors")));
        Assert.NotEqual(shared, Find("ms::org/moved@master"));
    }

    [Fact]
    public void Where_links_can_not_be_made_contents_stand_in_snapshots_and_are_copied_from_one_to_the_next()
    {
        var id = new HubId("org/m", null, HubSite.HuggingFace);
        var (file, other) = (new HubFile("sub/w.bin", Weights.Length, LocalHub.Sha256(Weights), null), new HubFile("sub/w.bin", Weights.Length, LocalHub.Sha256(new byte[Weights.Length]), null));
        var cache = new HuggingFaceCache(Cache, (_, _) => throw new IOException("A required privilege is not held by the client."));
        string Place(string commit) => Path.Combine(cache.Snapshot(id, RepositoryKind.Model, commit)!, "sub", "w.bin");

        File.WriteAllBytes(cache.Incomplete(id, RepositoryKind.Model, file), Weights);
        cache.Place(id, RepositoryKind.Model, "one", file);
        Assert.Equal(Weights, File.ReadAllBytes(Place("one")));
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "models--org--m", "blobs")));

        // The next commit has the same content, and a third another one of the same name and size.
        Assert.True(cache.Has(id, RepositoryKind.Model, "two", file, TestContext.Current.CancellationToken));
        Assert.False(cache.Has(id, RepositoryKind.Model, "three", other, TestContext.Current.CancellationToken));
        Assert.Equal(Weights, File.ReadAllBytes(Place("one")));
        Assert.Equal(Weights, File.ReadAllBytes(Place("two")));
        Assert.False(File.Exists(Place("three")));
        Assert.Equal(2, Directory.GetFiles(Path.Combine(Cache, "models--org--m"), "*", SearchOption.AllDirectories).Length);
    }

    [Fact]
    public void A_content_that_another_snapshot_links_to_stays_where_links_can_not_be_made_any_more()
    {
        var before = Path.Combine(Find(), "model.safetensors");
        var cache = new HuggingFaceCache(Cache, (_, _) => throw new UnauthorizedAccessException());
        var id = new HubId("org/small.model", null, HubSite.HuggingFace);
        Assert.True(cache.Has(id, RepositoryKind.Model, "next", new HubFile("model.safetensors", Weights.Length, LocalHub.Sha256(Weights), null), TestContext.Current.CancellationToken));
        Assert.Equal(Weights, File.ReadAllBytes(before));
        Assert.Equal(Weights, File.ReadAllBytes(Path.Combine(cache.Snapshot(id, RepositoryKind.Model, "next")!, "model.safetensors")));
    }

    [Fact]
    public void An_adapter_names_a_folder_so_that_it_is_no_id()
    {
        Assert.Equal("org/small.model", ModelFolders.BaseOf("hf::org/small.model@v1"));
        Directory.CreateDirectory("base-of/model");
        try
        {
            Assert.Equal("./base-of/model", ModelFolders.BaseOf("base-of/model"));
            Assert.Null(HubId.Parse(ModelFolders.BaseOf("base-of/model")));
            Assert.Null(ModelFolders.RevisionOf("base-of/model", "v1"));
            Assert.Equal("base-of/model", ModelFolders.InFull("base-of/model", "v1", useHf: false));
        }
        finally
        {
            Directory.Delete("base-of", recursive: true);
        }
    }

    [Theory]
    [InlineData("org/name", null, true, "org/name")]
    [InlineData("org/name", "v1", true, "org/name@v1")]
    [InlineData("org/name@v2", "v1", false, "ms::org/name@v2")]
    [InlineData("hf::org/name", "v1", false, "hf::org/name@v1")]
    public void A_model_in_full_needs_no_settings_beside_it(string model, string? revision, bool useHf, string expected)
    {
        Assert.Equal(expected, ModelFolders.InFull(model, revision, useHf));
        Assert.Equal(HubId.Parse(expected)!.Value.Revision, ModelFolders.RevisionOf(model, revision));
    }

    [Fact]
    public void A_folder_that_exists_wins_over_an_id()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(folder.Path, Find(folder.Path));
        Assert.Empty(Hub.Server.Requests);
        Assert.Equal("small.model", ModelFolders.NameOf("hf::org/small.model@v1"));
        Assert.Equal(Path.GetFileName(folder.Path), ModelFolders.NameOf(folder.Path + "/"));
    }

    [Fact]
    public async Task Two_at_once_fetch_a_file_once()
    {
        Hub.InterfereWithStorage = request => LocalHub.Part(Weights, request) with { Pause = TimeSpan.FromSeconds(0.5) };
        await Task.WhenAll(Task.Run(() => Find()), Task.Run(() => Find()));
        Assert.Single(Hub.Storage.Requests);
    }

    [Fact]
    public void A_lock_of_huggingface_hub_is_waited_for()
    {
        if (!OperatingSystem.IsLinux()) return;
        var path = Path.Combine(Cache, ".locks", "models--org--small.model", LocalHub.Sha256(Weights) + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var holder = Process.Start("flock", [path, "sleep", "1"]);
        while (!holder.HasExited && !IsLocked(path)) Thread.Sleep(10);
        Find();
        Assert.True(holder.HasExited, "the lock was not waited for");
    }

    [Fact]
    public async Task A_lock_that_can_not_be_had_is_an_error_and_not_waited_for()
    {
        if (!OperatingSystem.IsLinux()) return;
        var path = Path.Combine(Cache, ".locks", "models--org--small.model", LocalHub.Sha256(Weights) + ".lock");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Copy("/bin/sleep", path);
        using var running = Process.Start(path, ["60"]); // Nobody may write to a program that runs, whatever his rights.
        try
        {
            var e = await Task.Run(() => Fails()).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
            Assert.Contains("The cache can't be written", e.Message, StringComparison.Ordinal);
        }
        finally
        {
            running.Kill();
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    [Fact]
    public void Variables_are_those_of_the_hubs_own_libraries()
    {
        var variables = new Dictionary<string, string>
        {
            ["HF_HOME"] = "/h",
            ["HF_ENDPOINT"] = "https://mirror.example/",
            ["HF_TOKEN"] = " t ",
            ["HF_HUB_OFFLINE"] = "true",
            ["MODELSCOPE_CACHE"] = "/m",
            ["MODELSCOPE_DOMAIN"] = "ms.example",
        };
        var options = HubOptions.FromEnvironment(variables.GetValueOrDefault);
        Assert.Equal(("/h/hub", "https://mirror.example/", "t", true, "/m", "https://ms.example/"),
            (options.HuggingFaceCache, options.HuggingFaceEndpoint.AbsoluteUri, options.HuggingFaceToken, options.Offline, options.ModelScopeCache, options.ModelScopeEndpoint.AbsoluteUri));
        variables["HF_HUB_CACHE"] = "/c";
        Assert.Equal("/c", HubOptions.FromEnvironment(variables.GetValueOrDefault).HuggingFaceCache);
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.Equal(Path.Combine(home, ".cache/huggingface/hub"), HubOptions.FromEnvironment(_ => null).HuggingFaceCache);
        variables["HF_ENDPOINT"] = "ftp://x";
        Assert.Equal(ExitCode.Usage, Assert.Throws<HoneException>(() => HubOptions.FromEnvironment(variables.GetValueOrDefault)).ExitCode);
    }
}

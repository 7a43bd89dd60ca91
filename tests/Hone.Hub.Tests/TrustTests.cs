using Hone.Testing;

namespace Hone.Hub.Tests;

/// <summary>What a server must not be able to do.</summary>
public sealed class TrustTests : HubTests
{
    [Fact]
    public void The_token_goes_to_the_hub_and_to_nobody_else()
    {
        Find(options: Options with { HuggingFaceToken = "secret", ModelScopeToken = "other" });
        Assert.All(Hub.Server.Requests, r => Assert.Equal("Bearer secret", r.Headers["authorization"]));
        Assert.NotEmpty(Hub.Storage.Requests);
        Assert.All(Hub.Storage.Requests, r => Assert.DoesNotContain("authorization", r.Headers.Keys));
        Find("ms::org/small.model", Options with { HuggingFaceToken = "secret", ModelScopeToken = "other" });
        Assert.Contains(Hub.Server.Requests, r => r.Headers["authorization"] == "Bearer other");
        Assert.All(Hub.Storage.Requests, r => Assert.DoesNotContain("authorization", r.Headers.Keys));
    }

    [Theory]
    [InlineData("../../../escape.json")]
    [InlineData("/etc/escape.json")]
    [InlineData("a/../../escape.json")]
    [InlineData("a\\..\\escape.json")]
    [InlineData("C:/escape.json")]
    [InlineData("a//escape.json")]
    [InlineData("a/./escape.json")]
    [InlineData("...")]
    [InlineData("a\u0000b.json")]
    public void Paths_that_leave_the_folder_do_not_exist(string path)
    {
        Hub.Add(Dataset, path, "evil");
        Assert.Equal(206, Open("hf::org/rows", RepositoryKind.Dataset).Files.Count);
        Assert.Equal(206, Open("ms::org/rows", RepositoryKind.Dataset).Files.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("gopher:x")]
    public void Redirects_lead_to_http_only(string location)
    {
        Hub.Interfere = request => request.Path.Contains("/resolve/", StringComparison.Ordinal) ? new LocalResponse(302) { Headers = { ["Location"] = location } } : null;
        Assert.Contains("redirects to an address that is not followed", Fails().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Redirects_do_not_go_round_for_ever()
    {
        Hub.Interfere = request => new LocalResponse(302) { Headers = { ["Location"] = request.Path } };
        Assert.Contains("in circles", Fails().Message, StringComparison.Ordinal);
        Assert.True(Hub.Server.Requests.Count < 10);
    }

    [Fact]
    public void A_repository_that_moved_is_followed()
    {
        Hub.Interfere = request => request.Path.Contains("old-name", StringComparison.Ordinal)
            ? new LocalResponse(307) { Headers = { ["Location"] = request.Path.Replace("old-name", "small.model", StringComparison.Ordinal) + (request.Query.Length > 0 ? "?" + request.Query : "") } } : null;
        Assert.True(File.Exists(Path.Combine(Find("org/old-name"), "config.json")));
    }

    [Theory]
    [InlineData("{\"sha\":\"../../x\"}", "names no commit")]
    [InlineData("{\"sha\":7}", "names no commit")]
    [InlineData("[]", "names no commit")]
    [InlineData("<html>", "no JSON")]
    [InlineData("", "no JSON")]
    public void A_commit_that_is_none_is_not_used(string answer, string message)
    {
        Hub.Interfere = request => request.Path.Contains("/revision/", StringComparison.Ordinal) ? new LocalResponse(200, answer) : null;
        Assert.Contains(message, Fails().Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""[{"type":"file","path":"config.json","size":-5,"oid":"0123456789012345678901234567890123456789"}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":5,"oid":"../../../../x"}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":5,"oid":"0123456789012345678901234567890123456789","lfs":{"oid":"../x","size":5}}]""")]
    [InlineData("""[{"type":"file","path":"config.json","size":9223372036854775807,"oid":"0123456789012345678901234567890123456789"},{"type":"file","path":"tokenizer.json","size":9223372036854775807,"oid":"0123456789012345678901234567890123456780"}]""")]
    [InlineData("""[{"type":"file","path":7,"size":"x"},null,3,[]]""")]
    public void A_listing_that_makes_no_sense_gives_no_file(string answer)
    {
        Hub.Interfere = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? new LocalResponse(200, answer) : null;
        Assert.Equal(ExitCode.Model, Fails().ExitCode);
    }

    [Fact]
    public void An_answer_without_end_is_not_read_to_its_end()
    {
        Hub.Interfere = request => new LocalResponse(200, new byte[20 << 20]);
        Assert.Contains("more than any listing", Fails().Message, StringComparison.Ordinal);
    }

    /// <summary>Random changes to what the hub says: the model arrives as it is, or an error that a person can read comes out.</summary>
    [Theory]
    [InlineData("org/small.model")]
    [InlineData("ms::org/small.model")]
    public async Task Damaged_answers_are_never_more_than_an_error(string id)
    {
        const string bytes = "{}[]\",:0-9x\\/.\0\u00e9";
        var random = new Random(1);
        var plain = new Dictionary<string, byte[]>();
        using var http = new HttpClient();
        Hub.Interfere = request =>
        {
            if (!request.Path.StartsWith("/api/", StringComparison.Ordinal) || request.Query.Contains("FilePath", StringComparison.Ordinal)) return null;
            if (!plain.TryGetValue(request.Path, out var body)) return null;
            body = [.. body];
            for (var n = random.Next(0, 4); n > 0; n--) body[random.Next(body.Length)] = (byte)bytes[random.Next(bytes.Length)];
            return new LocalResponse(200, body);
        };
        foreach (var path in (string[])["/api/models/org/small.model/revision/main", $"/api/models/org/small.model/tree/{Hub.Commit(Model)}", "/api/v1/models/org/small.model/repo/files"])
        {
            var query = path.StartsWith("/api/v1", StringComparison.Ordinal) ? "?Revision=master&Recursive=true" : "";
            plain[path] = await http.GetByteArrayAsync(new Uri(Hub.Server.Address, path + query), TestContext.Current.CancellationToken);
        }

        var (arrived, refused) = (0, 0);
        for (var i = 0; i < 200; i++)
        {
            try
            {
                Assert.Equal("{\"model_type\":\"llama\"}", Text(Path.Combine(Find(id), "config.json")));
                arrived++;
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Model)
            {
                refused++;
            }
        }

        Assert.True(arrived > 10 && refused > 10, $"{arrived} arrived, {refused} refused");
    }

    [Fact]
    public void Pages_without_end_come_to_an_end()
    {
        Hub.Interfere = request => request.Path.Contains("/tree/", StringComparison.Ordinal) ? new LocalResponse(200, "[]") { Headers = { ["Link"] = "</x?cursor=1>; rel=\"next\"" } } : null;
        Assert.Contains("without end", Fails().Message, StringComparison.Ordinal);
    }
}

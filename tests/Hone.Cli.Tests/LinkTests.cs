using System.Text.RegularExpressions;
using Hone.Testing;

namespace Hone.Cli.Tests;

public sealed partial class LinkTests
{
    [Fact]
    public void Every_relative_link_of_the_documents_leads_somewhere()
    {
        var root = SharedData.RepositoryRoot;
        string[] documents = [Path.Combine(root, "README.md"), Path.Combine(root, "models", "hone-tiny", "README.md"), .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories)];
        var links = documents.SelectMany(d => Link().Matches(File.ReadAllText(d)).Select(m => (Document: d, Target: m.Groups[1].Value)))
            .Where(l => !l.Target.Contains(':', StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(links);
        Assert.All(links, l => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(l.Document)!, l.Target)), $"{l.Document}: {l.Target}"));
    }

    [GeneratedRegex(@"\]\(([^)#\s]+)")]
    private static partial Regex Link();
}

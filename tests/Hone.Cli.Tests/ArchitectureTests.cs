using System.Xml.Linq;
using Hone.Testing;

namespace Hone.Cli.Tests;

/// <summary>The direction of references between projects, as docs/architecture.md draws it.</summary>
public sealed class ArchitectureTests
{
    /// <summary>What each project may know. A project that is not listed here is not part of the architecture yet.</summary>
    private static readonly Dictionary<string, string[]> s_mayKnow = new()
    {
        ["Hone.Core"] = [],
        ["Hone.Tensors"] = ["Hone.Core"],
        ["Hone.Text"] = ["Hone.Core"],
        ["Hone.Hub"] = ["Hone.Core"],
        ["Hone.Settings"] = ["Hone.Core"],
        ["Hone.Kernels"] = ["Hone.Core", "Hone.Tensors"],
        // Data takes its random numbers from Tensors, so that a draw of rows is the same everywhere.
        ["Hone.Data"] = ["Hone.Core", "Hone.Tensors", "Hone.Text", "Hone.Hub"],
        ["Hone.Models"] = ["Hone.Core", "Hone.Tensors", "Hone.Kernels"],
        ["Hone.Inference"] = ["Hone.Core", "Hone.Tensors", "Hone.Kernels", "Hone.Models", "Hone.Text"],
        ["Hone.Training"] = ["Hone.Core", "Hone.Tensors", "Hone.Kernels", "Hone.Models", "Hone.Text", "Hone.Data", "Hone.Hub", "Hone.Settings"],
        ["Hone.Cli"] = ["Hone.Core", "Hone.Tensors", "Hone.Kernels", "Hone.Models", "Hone.Text", "Hone.Data", "Hone.Hub", "Hone.Settings", "Hone.Training", "Hone.Inference"],
    };

    [Fact]
    public void Projects_refer_only_to_projects_below_them()
    {
        foreach (var (project, references) in References("src"))
        {
            Assert.True(s_mayKnow.ContainsKey(project), $"{project} is new: give it its place in this test and in docs/architecture.md");
            Assert.All(references, r => Assert.True(s_mayKnow[project].Contains(r), $"{project} must not refer to {r}"));
        }
    }

    [Fact]
    public void Every_project_of_the_architecture_exists() =>
        Assert.All(s_mayKnow.Keys, project => Assert.True(References("src").ContainsKey(project), project));

    [Fact]
    public void Nothing_outside_tests_refers_to_tests() =>
        Assert.All(References("src").Values.SelectMany(r => r), r => Assert.DoesNotContain("Test", r, StringComparison.Ordinal));

    [Fact]
    public void Every_project_is_part_of_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "Hone.slnx"));
        Assert.All([.. References("src").Keys, .. References("tests").Keys], project => Assert.Contains($"/{project}.csproj", solution, StringComparison.Ordinal));
    }

    private static Dictionary<string, List<string>> References(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, folder), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(
                path => Path.GetFileNameWithoutExtension(path),
                path => XDocument.Load(path).Descendants("ProjectReference")
                    .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/'))).ToList());
}

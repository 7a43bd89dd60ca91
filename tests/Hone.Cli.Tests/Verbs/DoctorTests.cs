using System.Text.Json.Nodes;

namespace Hone.Cli.Tests.Verbs;

public sealed class DoctorTests
{
    [Fact]
    public void Every_self_test_passes_and_the_report_says_so()
    {
        var run = CommandLineRun.Of(["doctor", "--json"]);
        Assert.Empty(run.Error);
        var report = JsonNode.Parse(run.Out)!;
        Assert.All(report["self_tests"]!.AsArray(), test => Assert.True((bool)test!["passed"]!, test.ToJsonString()));
        Assert.Equal(SelfTests.All.Count, report["self_tests"]!.AsArray().Count);
        Assert.True((bool)report["passed"]!);
        Assert.True((double)report["peak_gigaflops"]! > 0);
        Assert.True((double)report["bandwidth_gigabytes_per_second"]! > 0);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public void A_quick_look_describes_the_machine_only()
    {
        var run = CommandLineRun.Of(["doctor", "--quick"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(".NET", run.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("GFLOP", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_self_test_fails_when_its_error_is_too_large_or_unknown()
    {
        Assert.False(new SelfTest("law", () => (2e-5, 1e-5)).Run().Passed);
        Assert.False(new SelfTest("law", () => (double.NaN, 1e-5)).Run().Passed);
        Assert.False(new SelfTest("law", () => throw new InvalidOperationException("broken")).Run().Passed);
        Assert.True(new SelfTest("law", () => (0, 0)).Run().Passed);
        Assert.Equal(double.PositiveInfinity, SelfTests.RelativeError([1, 2], [1, float.NaN]));
        Assert.Equal(0.25, SelfTests.RelativeError([-4, 2], [-4, 3]));
    }
}

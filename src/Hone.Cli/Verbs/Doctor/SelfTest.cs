using System.Globalization;

namespace Hone.Cli;

/// <summary>What a self-test found.</summary>
/// <param name="Name">The law that was tested.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Detail">The figure that decided.</param>
internal sealed record SelfTestResult(string Name, bool Passed, string Detail);

/// <summary>A law, and a measure of how far it is from holding: the largest error and what is allowed.</summary>
internal sealed record SelfTest(string Name, Func<(double Error, double Allowed)> Measure)
{
    /// <summary>Tests. A test that throws has failed.</summary>
    public SelfTestResult Run()
    {
        try
        {
            var (error, allowed) = Measure();
            var detail = allowed == 0
                ? error == 0 ? "bit-equal" : string.Create(CultureInfo.InvariantCulture, $"differs by {error:G3}")
                : string.Create(CultureInfo.InvariantCulture, $"off by {error:G2}, {allowed:G2} allowed");
            return new SelfTestResult(Name, error <= allowed, detail);
        }
        catch (Exception e)
        {
            return new SelfTestResult(Name, false, $"{e.GetType().Name}: {e.Message}");
        }
    }
}

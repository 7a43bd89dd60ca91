using System.Diagnostics;

namespace Hone.Kernels.Tests.Cpu;

/// <summary>The runtime can pretend to run on an older processor; there the same tests must find the same bits.</summary>
public sealed class OtherProcessorsTests
{
    [Theory]
    [InlineData("DOTNET_EnableAVX512")]
    [InlineData("DOTNET_EnableAVX")]
    [InlineData("DOTNET_EnableHWIntrinsic")]
    public async Task An_older_processor_computes_the_same_bits(string switchedOff)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(OtherProcessorsTests).Assembly.Location, "--no-progress", "--no-ansi",
            "--filter-class", typeof(SameBitsTests).FullName!, typeof(VectorsTests).FullName!, typeof(AttentionTests).FullName!, typeof(PackingTests).FullName!])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[switchedOff] = "0";
        using var child = Process.Start(start)!;
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0, output);
        Assert.Contains("failed: 0", output, StringComparison.Ordinal);
    }
}

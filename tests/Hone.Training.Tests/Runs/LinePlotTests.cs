using System.IO.Compression;
using Hone.Training.Runs.Plots;

namespace Hone.Training.Tests.Runs;

public sealed class LinePlotTests
{
    [Fact]
    public void A_plot_is_a_PNG_whose_pixels_show_both_curves()
    {
        var points = Enumerable.Range(1, 60).Select(i => (i, 3 * Math.Exp(-i / 20.0) + 0.2 * Math.Sin(i * 1.7))).ToArray();
        var png = LinePlot.Draw("train/loss", points);
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A], png[..8]);
        var pixels = Pixels(png, 800, 500);
        Assert.True(Count(pixels, 0x1F5FA8) > 200, "the smoothed curve");
        Assert.True(Count(pixels, 0x8FBCE6) > 20, "the original curve");
        Assert.True(Count(pixels, 0x333333) > 500, "text and axes");
    }

    [Fact]
    public void A_constant_figure_can_be_drawn() =>
        Assert.NotEmpty(LinePlot.Draw("train/learning_rate", [(1, 1e-4), (2, 1e-4), (3, 1e-4)]));

    [Fact]
    public void Smoothing_starts_at_the_first_value_and_keeps_a_constant()
    {
        Assert.Equal(5, LinePlot.Smooth([(1, 5.0), (2, 1.0)])[0].Value, 12);
        Assert.All(LinePlot.Smooth([(1, 2.0), (2, 2.0), (3, 2.0)]), p => Assert.Equal(2, p.Value, 12));
    }

    [Theory]
    [InlineData(0, 1, 6)]
    [InlineData(-3.7, 9.1, 6)]
    [InlineData(1e-7, 3e-5, 6)]
    [InlineData(1, 100000, 8)]
    public void Ticks_are_few_and_inside_the_range(double low, double high, int count)
    {
        var axis = LinePlot.Axis.Around(low, high, count);
        var ticks = axis.Ticks().ToArray();
        Assert.InRange(ticks.Length, 2, count + 1);
        Assert.All(ticks, t => Assert.InRange(t, low - 1e-9 * high, high * (1 + 1e-9)));
        Assert.Equal(ticks.Length, ticks.Select(axis.Label).Distinct().Count());
    }

    private static byte[] Pixels(byte[] png, int width, int height)
    {
        var data = png.AsSpan().IndexOf("IDAT"u8) + 4;
        var length = (png[data - 8] << 24) | (png[data - 7] << 16) | (png[data - 6] << 8) | png[data - 5];
        using var zlib = new ZLibStream(new MemoryStream(png, data, length), CompressionMode.Decompress);
        using var raw = new MemoryStream();
        zlib.CopyTo(raw);
        Assert.Equal(height * (1 + width * 3), raw.Length);
        return [.. raw.ToArray().Chunk(1 + width * 3).SelectMany(row => row.Skip(1))];
    }

    private static int Count(byte[] pixels, int color) =>
        pixels.Chunk(3).Count(p => (p[0] << 16 | p[1] << 8 | p[2]) == color);
}

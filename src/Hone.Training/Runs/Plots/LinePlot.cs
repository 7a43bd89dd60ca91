using System.Globalization;

namespace Hone.Training.Runs.Plots;

/// <summary>A figure over the steps, as it is and smoothed (exponential moving average, 0.9), 800 × 500 like ms-swift's.</summary>
internal static class LinePlot
{
    private const double Smoothing = 0.9;
    private const int Width = 800;
    private const int Height = 500;
    private const int Left = 110;
    private const int Right = 24;
    private const int Top = 48;
    private const int Bottom = 48;
    private const uint Ink = 0x333333;
    private const uint Grid = 0xE6E6E6;
    private const uint Faint = 0x8FBCE6;
    private const uint Strong = 0x1F5FA8;

    public static byte[] Draw(string title, IReadOnlyList<(int Step, double Value)> points)
    {
        var canvas = new Canvas(Width, Height);
        var x = Axis.Around(points.Min(p => (double)p.Step), points.Max(p => (double)p.Step), 8);
        var y = Axis.Around(points.Min(p => p.Value), points.Max(p => p.Value), 6);
        DrawFrame(canvas, title, x, y, x.Label);
        DrawCurve(canvas, points, x, y, 1.5, Faint);
        DrawCurve(canvas, Smooth(points), x, y, 2, Strong);
        DrawLegend(canvas);
        return canvas.ToPng();
    }

    /// <summary>A figure over a few cases, evenly spaced under their names, from 0 up.</summary>
    public static byte[] DrawCases(string title, IReadOnlyList<(string Name, double Value)> cases)
    {
        var canvas = new Canvas(Width, Height);
        var points = cases.Select((c, i) => (Step: i, c.Value)).ToList();
        var x = new Axis(-0.3, cases.Count - 0.7, 1);
        var y = Axis.Around(0, points.Max(p => p.Value) * 1.05, 6);
        DrawFrame(canvas, title, x, y, tick => cases[(int)tick].Name);
        DrawCurve(canvas, points, x, y, 2, Strong);
        foreach (var (step, value) in points) canvas.Box((int)PixelX(x, step) - 3, (int)PixelY(y, value) - 3, 7, 7, Strong);
        return canvas.ToPng();
    }

    /// <summary>TensorBoard's smoothing: the average is divided by the weight that it has gathered, so that it starts unbiased.</summary>
    internal static IReadOnlyList<(int Step, double Value)> Smooth(IReadOnlyList<(int Step, double Value)> points)
    {
        double average = 0, weight = 0;
        var smooth = new List<(int, double)>(points.Count);
        foreach (var (step, value) in points)
        {
            average = Smoothing * average + (1 - Smoothing) * value;
            weight = Smoothing * weight + (1 - Smoothing);
            smooth.Add((step, average / weight));
        }

        return smooth;
    }

    private static double PixelX(Axis axis, double value) => Left + (value - axis.Low) / (axis.High - axis.Low) * (Width - Left - Right);

    private static double PixelY(Axis axis, double value) => Height - Bottom - (value - axis.Low) / (axis.High - axis.Low) * (Height - Top - Bottom);

    private static void DrawFrame(Canvas canvas, string title, Axis x, Axis y, Func<double, string> nameOf)
    {
        canvas.Text((Width - TinyFont.WidthOf(title, 3)) / 2, 14, title, 3, Ink);
        foreach (var tick in x.Ticks())
        {
            var at = (int)PixelX(x, tick);
            canvas.Box(at, Top, 1, Height - Top - Bottom, Grid);
            var label = nameOf(tick);
            canvas.Text(at - TinyFont.WidthOf(label, 2) / 2, Height - Bottom + 10, label, 2, Ink);
        }

        foreach (var tick in y.Ticks())
        {
            var at = (int)PixelY(y, tick);
            canvas.Box(Left, at, Width - Left - Right, 1, Grid);
            var label = y.Label(tick);
            canvas.Text(Left - 10 - TinyFont.WidthOf(label, 2), at - TinyFont.Height, label, 2, Ink);
        }

        canvas.Box(Left, Top, 1, Height - Top - Bottom, Ink);
        canvas.Box(Left, Height - Bottom, Width - Left - Right, 1, Ink);
    }

    private static void DrawCurve(Canvas canvas, IReadOnlyList<(int Step, double Value)> points, Axis x, Axis y, double thickness, uint color)
    {
        for (var i = 1; i < points.Count; i++)
        {
            canvas.Line(PixelX(x, points[i - 1].Step), PixelY(y, points[i - 1].Value), PixelX(x, points[i].Step), PixelY(y, points[i].Value),
                thickness, color);
        }
    }

    private static void DrawLegend(Canvas canvas)
    {
        var at = Width - Right - 170;
        canvas.Line(at, Top + 14, at + 30, Top + 14, 2, Faint);
        canvas.Text(at + 42, Top + 7, "original", 2, Ink);
        canvas.Line(at, Top + 36, at + 30, Top + 36, 2, Strong);
        canvas.Text(at + 42, Top + 29, "smoothed", 2, Ink);
    }

    /// <summary>A range with round ticks: steps of 1, 2 or 5 times a power of ten.</summary>
    internal readonly record struct Axis(double Low, double High, double Step)
    {
        public static Axis Around(double low, double high, int ticks)
        {
            if (high - low < 1e-12 * Math.Max(Math.Abs(low), Math.Abs(high)) || high == low)
            {
                var margin = low == 0 ? 1 : Math.Abs(low) * 0.1;
                (low, high) = (low - margin, high + margin);
            }

            var raw = (high - low) / ticks;
            var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
            var step = power * (raw / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 };
            return new Axis(low, high, step);
        }

        public IEnumerable<double> Ticks()
        {
            for (var i = Math.Ceiling(Low / Step - 1e-9); i * Step <= High + Step * 1e-9; i++) yield return i * Step;
        }

        public string Label(double tick)
        {
            if (Math.Abs(tick) < Step * 1e-6) return "0";
            return tick.ToString(Math.Abs(tick) is >= 1e-3 and < 1e6 ? "0.######" : "0.###e+0", CultureInfo.InvariantCulture);
        }
    }
}

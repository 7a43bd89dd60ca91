namespace Hone.Training.Runs.Plots;

/// <summary>An RGB picture with the few things a plot needs: boxes, smooth lines and text.</summary>
internal sealed class Canvas
{
    private readonly byte[] rgb;

    public Canvas(int width, int height)
    {
        (Width, Height) = (width, height);
        rgb = new byte[width * height * 3];
        Array.Fill(rgb, (byte)255);
    }

    public int Width { get; }

    public int Height { get; }

    public byte[] ToPng() => PngWriter.Encode(rgb, Width, Height);

    public void Box(int x, int y, int width, int height, uint color)
    {
        for (var j = Math.Max(y, 0); j < Math.Min(y + height, Height); j++)
        {
            for (var i = Math.Max(x, 0); i < Math.Min(x + width, Width); i++) Blend(i, j, color, 1);
        }
    }

    /// <summary>A line whose edge fades over one pixel by its distance.</summary>
    public void Line(double x0, double y0, double x1, double y1, double thickness, uint color)
    {
        var reach = thickness / 2 + 1;
        var (dx, dy) = (x1 - x0, y1 - y0);
        var squared = dx * dx + dy * dy;
        var (left, right) = (Math.Max((int)(Math.Min(x0, x1) - reach), 0), Math.Min((int)(Math.Max(x0, x1) + reach), Width - 1));
        var (top, bottom) = (Math.Max((int)(Math.Min(y0, y1) - reach), 0), Math.Min((int)(Math.Max(y0, y1) + reach), Height - 1));
        for (var y = top; y <= bottom; y++)
        {
            for (var x = left; x <= right; x++)
            {
                var along = squared == 0 ? 0 : Math.Clamp(((x - x0) * dx + (y - y0) * dy) / squared, 0, 1);
                var distance = Math.Sqrt(Math.Pow(x - x0 - along * dx, 2) + Math.Pow(y - y0 - along * dy, 2));
                Blend(x, y, color, Math.Clamp(thickness / 2 + 0.5 - distance, 0, 1));
            }
        }
    }

    public void Text(int x, int y, string text, int scale, uint color)
    {
        foreach (var ch in text)
        {
            var glyph = TinyFont.Glyph(ch);
            for (var row = 0; row < TinyFont.Height; row++)
            {
                for (var column = 0; column < TinyFont.Width; column++)
                {
                    if ((glyph[row] >> (TinyFont.Width - 1 - column) & 1) != 0) Box(x + column * scale, y + row * scale, scale, scale, color);
                }
            }

            x += TinyFont.Advance * scale;
        }
    }

    private void Blend(int x, int y, uint color, double share)
    {
        if (share <= 0) return;
        var pixel = rgb.AsSpan((y * Width + x) * 3, 3);
        for (var c = 0; c < 3; c++)
        {
            var paint = (byte)(color >> (16 - 8 * c));
            pixel[c] = (byte)Math.Round(pixel[c] + (paint - pixel[c]) * share);
        }
    }
}

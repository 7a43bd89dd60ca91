namespace Hone.TinyModel.Language;

/// <summary>The little Chinese grammar that templates need.</summary>
internal static class Chinese
{
    private static readonly string[] Digits = ["零", "一", "二", "三", "四", "五", "六", "七", "八", "九"];

    /// <summary>A number from 0 to 100 in characters: 四十二.</summary>
    public static string Number(int n)
    {
        if (n < 10) return Digits[n];
        if (n == 100) return "一百";
        return (n < 20 ? "" : Digits[n / 10]) + "十" + (n % 10 == 0 ? "" : Digits[n % 10]);
    }
}

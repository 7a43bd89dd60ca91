using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>How the format spells element types, and in which order the reference library lays them out.</summary>
internal static class SafetensorsTypes
{
    // Widest first, then as the reference library ranks types of one size.
    private static readonly (DType Type, string Name)[] LayoutOrder =
    [
        (DType.I64, "I64"), (DType.F64, "F64"), (DType.F32, "F32"), (DType.I32, "I32"), (DType.BF16, "BF16"),
        (DType.F16, "F16"), (DType.I16, "I16"), (DType.I8, "I8"), (DType.U8, "U8"), (DType.Bool, "BOOL"),
    ];

    public static string NameOf(DType type) => LayoutOrder[RankOf(type)].Name;

    public static int RankOf(DType type) => Array.FindIndex(LayoutOrder, entry => entry.Type == type);

    public static bool TryParse(string name, out DType type)
    {
        var index = Array.FindIndex(LayoutOrder, entry => entry.Name == name);
        type = index < 0 ? default : LayoutOrder[index].Type;
        return index >= 0;
    }
}

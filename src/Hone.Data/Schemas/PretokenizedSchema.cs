using System.Text.Json;

namespace Hone.Data.Schemas;

/// <summary>Rows that are tokens already: <c>input_ids</c>, and <c>labels</c> that are −100 where nothing is learned, and <c>loss_scale</c> with a weight for each token.</summary>
internal static class PretokenizedSchema
{
    private const int Ignored = -100;

    public static Pretokenized Parse(RowColumns row)
    {
        row.TryTake("input_ids", out var idList);
        var ids = Integers(idList, "input_ids");
        if (ids.Length == 0) throw new RowFormatException("'input_ids' is empty");
        if (Array.FindIndex(ids, id => id < 0) is >= 0 and var bad) throw new RowFormatException($"input_ids[{bad}] is negative");
        var weights = new float[ids.Length];
        Array.Fill(weights, 1);
        if (row.TryTake("labels", out var labelList)) ApplyLabels(ids, Integers(labelList, "labels"), weights);
        if (row.TryTake("loss_scale", out var scales) && scales.ValueKind == JsonValueKind.Array) ApplyScales(scales, weights);
        return WithoutPadding(row, ids, weights) with { Form = "input_ids" };
    }

    private static void ApplyLabels(int[] ids, int[] labels, float[] weights)
    {
        if (labels.Length != ids.Length) throw new RowFormatException($"{ids.Length} input_ids with {labels.Length} labels");
        for (var i = 0; i < ids.Length; i++)
        {
            if (labels[i] == Ignored) weights[i] = 0;
            else if (labels[i] != ids[i]) throw new RowFormatException($"labels[{i}] is {labels[i]}: a label must be its input id ({ids[i]}) or -100");
        }
    }

    private static void ApplyScales(JsonElement scales, float[] weights)
    {
        if (scales.GetArrayLength() != weights.Length) throw new RowFormatException($"{weights.Length} input_ids with {scales.GetArrayLength()} values of loss_scale");
        var i = 0;
        foreach (var scale in scales.EnumerateArray()) weights[i++] *= LossWeights.Number("loss_scale", scale);
    }

    /// <summary>Takes out the tokens that <c>attention_mask</c> hides: a sample has the length it has, so padding has no place in it.</summary>
    private static Pretokenized WithoutPadding(RowColumns row, int[] ids, float[] weights)
    {
        if (!row.TryTake("attention_mask", out var list)) return new Pretokenized(ids, weights);
        var mask = Integers(list, "attention_mask");
        if (mask.Length != ids.Length) throw new RowFormatException($"{ids.Length} input_ids with {mask.Length} values of attention_mask");
        if (Array.FindIndex(mask, m => m is not (0 or 1)) is >= 0 and var bad) throw new RowFormatException($"attention_mask[{bad}] is {mask[bad]}, neither 0 nor 1");
        if (!mask.Contains(1)) throw new RowFormatException("'attention_mask' hides every token");
        return new Pretokenized([.. ids.Where((_, i) => mask[i] == 1)], [.. weights.Where((_, i) => mask[i] == 1)]);
    }

    private static int[] Integers(JsonElement list, string key)
    {
        if (list.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'{key}' must be a list of integers, this is {RowSchema.Name(list.ValueKind)}");
        var result = new int[list.GetArrayLength()];
        var i = 0;
        foreach (var item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt32(out result[i])) throw new RowFormatException($"{key}[{i}] is not an integer");
            i++;
        }

        return result;
    }
}

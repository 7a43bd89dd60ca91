using System.Text.Json;
using Hone.Data.Rendering;

namespace Hone.Data.Schemas;

/// <summary>
/// Axolotl's rows without a template: <c>segments</c>, each a <c>text</c> and a <c>label</c> that says whether it is learned. The
/// texts stand one after the other with nothing added: end tokens and the like must be written in them.
/// </summary>
internal static class SegmentsSchema
{
    public static SegmentedText Parse(RowColumns row)
    {
        row.TryTake("segments", out var list);
        if (list.ValueKind == JsonValueKind.String) list = JsonNodes.Parse(list.GetString()!, "the text in 'segments'");
        if (list.ValueKind != JsonValueKind.Array) throw new RowFormatException($"'segments' must be a list, this is {RowSchema.Name(list.ValueKind)}");
        var segments = new List<Segment>();
        foreach (var item in list.EnumerateArray()) segments.Add(Read(item, segments.Count + 1));
        if (segments.Count == 0) throw new RowFormatException("'segments' is empty");
        return new SegmentedText(segments) { Form = "segments" };
    }

    private static Segment Read(JsonElement item, int number)
    {
        if (item.ValueKind != JsonValueKind.Object) throw new RowFormatException($"segment {number} must be an object, this is {RowSchema.Name(item.ValueKind)}");
        if (!item.TryGetProperty("text", out var text) || text.ValueKind != JsonValueKind.String) throw new RowFormatException($"segment {number} has no 'text'");
        if (!item.TryGetProperty("label", out var label) || label.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw new RowFormatException($"segment {number} has no 'label' that is true or false");
        return new Segment(text.GetString()!, label.ValueKind == JsonValueKind.True ? LossWeights.OfMessage(item) ?? 1 : 0);
    }
}

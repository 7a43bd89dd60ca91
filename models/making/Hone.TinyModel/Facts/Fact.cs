using Hone.TinyModel.Language;

namespace Hone.TinyModel.Facts;

/// <summary>One thing that is true in the small world: named values that templates fill in.</summary>
/// <param name="Subject">What the fact is about; facts with the same subject can be told together.</param>
/// <param name="Instance">The meaning of a computed fact in one canonical form, so that 3 + 4 and 4 + 3 are the same.</param>
/// <param name="Values">Values by slot name; a name ending in <c>_zh</c> is the Chinese form.</param>
/// <param name="Number">What "that" means in a following question, when it is a number.</param>
internal sealed record Fact(string Subject, string Instance, IReadOnlyDictionary<string, string> Values, int? Number = null)
{
    /// <summary>
    /// The value of a slot, or null. In Chinese the <c>_zh</c> form comes first; <c>name_en</c> asks for the English form in
    /// both languages.
    /// </summary>
    public string? Find(string slot, Tongue tongue)
    {
        if (slot.EndsWith("_en", StringComparison.Ordinal)) return Values.GetValueOrDefault(slot[..^3]);
        var value = tongue == Tongue.Chinese && Values.TryGetValue(slot + "_zh", out var chinese) ? chinese : Values.GetValueOrDefault(slot);
        return value is { Length: > 0 } ? value : null;
    }

    /// <summary>True when every slot has a value.</summary>
    public bool Fills(IEnumerable<string> slots, Tongue tongue) => slots.All(slot => Find(slot, tongue) is not null);

    /// <summary>Fills a template.</summary>
    public string Fill(Template template, Tongue tongue, RowRandom random) =>
        template.Render(slot => Find(slot, tongue) ?? throw new InvalidOperationException($"{Subject} has no {slot} for: {template.Source}"), random);
}

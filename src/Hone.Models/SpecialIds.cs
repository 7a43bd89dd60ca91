using System.Text.Json.Nodes;

namespace Hone.Models;

/// <summary>Begin, end and padding ids. What generation_config.json says wins; negative ids mean none.</summary>
internal sealed record SpecialIds(int? BeginId, IReadOnlyList<int> EndIds, int? PadId)
{
    public static SpecialIds Read(JsonKeys config, JsonObject? generation)
    {
        var keys = new JsonKeys(generation ?? [], "generation_config.json");
        return new SpecialIds(
            First(keys, config, "bos_token_id"),
            All(keys, config, "eos_token_id"),
            First(keys, config, "pad_token_id"));
    }

    private static int? First(JsonKeys generation, JsonKeys config, string key)
    {
        var ids = All(generation, config, key);
        return ids.Count > 0 ? ids[0] : null;
    }

    private static IReadOnlyList<int> All(JsonKeys generation, JsonKeys config, string key)
    {
        var ids = generation.Has(key) ? generation.Ints(key) : config.Ints(key);
        return [.. ids.Where(id => id >= 0).Distinct()];
    }
}

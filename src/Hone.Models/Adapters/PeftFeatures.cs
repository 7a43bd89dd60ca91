using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Models.Adapters;

/// <summary>Settings of PEFT that change what an adapter computes and that Hone can't follow: refused by name, never ignored.</summary>
internal static class PeftFeatures
{
    // Keys that must be absent, null, false, 0 or empty.
    private static readonly string[] MustBeOff =
    [
        "use_dora", "lora_bias", "fan_in_fan_out", "modules_to_save", "layer_replication", "megatron_config", "trainable_token_indices",
        "target_parameters", "use_qalora", "alora_invocation_tokens", "arrow_config", "use_bdlora", "monteclora_config",
    ];

    // Ways of initialising that leave the base weights alone. The others (PiSSA, OLoRA, CorDA, LoftQ) change the base weights too.
    private static readonly string[] PlainInitialisations = ["true", "false", "gaussian", "eva", "orthogonal", "kaiming"];

    public static void RefuseUnsupported(JsonObject json, JsonKeys keys)
    {
        var type = keys.Text("peft_type") ?? throw keys.Missing("peft_type");
        if (type != "LORA") throw Unsupported($"peft_type {type}", keys);
        foreach (var key in MustBeOff)
        {
            if (json[key] is { } value && !IsOff(value)) throw Unsupported(key, keys);
        }

        if (keys.Text("bias") is { } bias && bias != "none") throw Unsupported($"bias {bias}", keys);
        if (json["init_lora_weights"] is { } initialisation && !PlainInitialisations.Contains(initialisation.ToString().ToLowerInvariant()))
            throw Unsupported($"init_lora_weights {initialisation}", keys);
    }

    private static bool IsOff(JsonNode value) => value switch
    {
        JsonArray array => array.Count == 0,
        JsonObject map => map.Count == 0,
        _ => value.GetValueKind() == JsonValueKind.False,
    };

    private static HoneException Unsupported(string feature, JsonKeys keys) =>
        new(ExitCode.Model, $"The adapter uses {feature}, which is not supported.", keys.Where, "Merge the adapter with the tool that made it, or train it without this feature.");
}

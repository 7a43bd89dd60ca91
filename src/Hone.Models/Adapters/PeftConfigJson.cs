using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Models.Adapters;

/// <summary>Reads and writes the text of <c>adapter_config.json</c> as PEFT 0.14 does: keys in ordinal order, two spaces of indent.</summary>
internal static class PeftConfigJson
{
    // What PEFT 0.14 writes for a plain LoRA. Keys that PeftConfig has are overwritten, those that it lacks stay as the source had them.
    private const string Defaults = """
        {
          "alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": null, "bias": "none", "eva_config": null,
          "exclude_modules": null, "fan_in_fan_out": false, "inference_mode": true, "init_lora_weights": true,
          "layer_replication": null, "layers_pattern": null, "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 8,
          "lora_bias": false, "lora_dropout": 0.0, "megatron_config": null, "megatron_core": "megatron.core",
          "modules_to_save": null, "peft_type": "LORA", "r": 8, "rank_pattern": {}, "revision": null, "target_modules": null,
          "task_type": "CAUSAL_LM", "use_dora": false, "use_rslora": false
        }
        """;

    private const int MaxRank = 1 << 20;

    public static PeftConfig Parse(JsonObject json, string where)
    {
        var keys = new JsonKeys(json, where);
        PeftFeatures.RefuseUnsupported(json, keys);
        var config = new PeftConfig
        {
            BaseModel = keys.Text("base_model_name_or_path"),
            Revision = keys.Text("revision"),
            Rank = keys.Int("r", 1, MaxRank, 8),
            LoraAlpha = keys.Double("lora_alpha", 8),
            LoraDropout = keys.Double("lora_dropout", 0),
            UseRsLora = keys.Bool("use_rslora", false),
            Target = Target(json, keys, "target_modules"),
            Exclude = Target(json, keys, "exclude_modules"),
            LayersToTransform = keys.Ints("layers_to_transform"),
            LayersPattern = keys.Texts("layers_pattern"),
            RankPattern = Pattern(keys, "rank_pattern", (values, key) => values.Int(key, 1, MaxRank)),
            AlphaPattern = Pattern(keys, "alpha_pattern", (values, key) => values.Double(key)),
            TaskType = keys.Text("task_type"),
            InferenceMode = keys.Bool("inference_mode", true),
            Source = json,
        };
        if (config.Target is null) throw keys.Missing("target_modules");
        if (config.LoraDropout is not (>= 0 and < 1))
            throw new HoneException(ExitCode.Model, "lora_dropout must be at least 0 and less than 1.", where);
        return config;
    }

    public static string Write(PeftConfig config)
    {
        var json = JsonNode.Parse(Defaults)!.AsObject();
        foreach (var (key, value) in config.Source ?? []) json[key] = value?.DeepClone();
        Set(json, "base_model_name_or_path", config.BaseModel);
        Set(json, "revision", config.Revision);
        Set(json, "r", config.Rank);
        Set(json, "lora_alpha", Number(config.LoraAlpha));
        Set(json, "lora_dropout", Real(config.LoraDropout));
        Set(json, "use_rslora", config.UseRsLora);
        Set(json, "target_modules", Target(config.Target));
        Set(json, "exclude_modules", Target(config.Exclude));
        SetList(json, "layers_to_transform", config.LayersToTransform.Select(layer => (JsonNode)layer));
        SetList(json, "layers_pattern", config.LayersPattern.Select(name => (JsonNode)name));
        Set(json, "rank_pattern", Pattern(config.RankPattern.Select(p => (p.Key, (JsonNode)p.Value))));
        Set(json, "alpha_pattern", Pattern(config.AlphaPattern.Select(p => (p.Key, (JsonNode)Number(p.Value)))));
        Set(json, "task_type", config.TaskType);
        Set(json, "inference_mode", config.InferenceMode);
        return Render(Sorted(json));
    }

    private static TargetModules? Target(JsonObject json, JsonKeys keys, string key) => json[key]?.GetValueKind() switch
    {
        null => null,
        JsonValueKind.String => TargetModules.Text(keys.Text(key)!),
        _ => TargetModules.List(keys.Texts(key)),
    };

    private static JsonNode? Target(TargetModules? target) =>
        target is null ? null : target.Pattern is { } pattern ? pattern : new JsonArray([.. target.Names.Select(name => (JsonNode)name)]);

    private static IReadOnlyList<KeyValuePair<string, T>> Pattern<T>(JsonKeys keys, string key, Func<JsonKeys, string, T> read)
    {
        if (keys.Object(key) is not { } json) return [];
        var values = new JsonKeys(json, $"{keys.Where}: {key}");
        return [.. json.Select(pair => KeyValuePair.Create(pair.Key, read(values, pair.Key)))];
    }

    private static JsonObject Pattern(IEnumerable<(string Key, JsonNode Value)> pairs) =>
        new([.. pairs.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value))]);

    // A value that already says the same stays as it was spelled: 16 and 16.0, [0] and 0.
    private static void Set(JsonObject json, string key, JsonNode? value)
    {
        if (!Same(json[key], value)) json[key] = value;
    }

    private static void SetList(JsonObject json, string key, IEnumerable<JsonNode> values)
    {
        var list = new JsonArray([.. values]);
        var old = json[key];
        if (list.Count == 0 && old is null or JsonArray { Count: 0 }) return;
        if (list.Count == 1 && Same(old, list[0])) return;
        Set(json, key, list.Count == 0 ? null : list);
    }

    private static bool Same(JsonNode? a, JsonNode? b) => JsonNode.DeepEquals(a, b)
        || (a?.GetValueKind() == JsonValueKind.Number && b?.GetValueKind() == JsonValueKind.Number && ToDouble(a) == ToDouble(b));

    private static double ToDouble(JsonNode number) => double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static JsonValue Number(double value) =>
        value == Math.Floor(value) && Math.Abs(value) < 1L << 53 ? JsonValue.Create((long)value) : JsonValue.Create(value);

    // Python writes a whole float with ".0".
    private static JsonNode Real(double value) => JsonNode.Parse(value.ToString(value == Math.Floor(value) ? "F1" : "R", CultureInfo.InvariantCulture))!;

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject json => new JsonObject(json.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray array => new JsonArray([.. array.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static string Render(JsonNode? json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var options = new JsonWriterOptions { Indented = true, IndentSize = 2, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(buffer, options)) json!.WriteTo(writer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

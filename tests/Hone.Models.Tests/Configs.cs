using System.Text.Json.Nodes;

namespace Hone.Models.Tests;

/// <summary>Small configurations to vary.</summary>
internal static class Configs
{
    /// <summary>A Llama configuration with only the keys that have no default, plus or minus what a test changes.</summary>
    public static JsonObject Llama(params (string Key, JsonNode? Value)[] changes)
    {
        var config = new JsonObject
        {
            ["model_type"] = "llama",
            ["vocab_size"] = 320,
            ["hidden_size"] = 64,
            ["intermediate_size"] = 176,
            ["num_hidden_layers"] = 3,
            ["num_attention_heads"] = 4,
        };
        foreach (var (key, value) in changes) config[key] = value?.DeepClone();
        return config;
    }

    /// <summary>The spec of a golden model.</summary>
    public static DecoderSpec Golden(string model) =>
        DecoderSpec.Load(Testing.SharedData.PathOf($"golden/models/{model}/checkpoint"));
}

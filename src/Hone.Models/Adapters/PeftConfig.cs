using System.Text.Json.Nodes;

namespace Hone.Models.Adapters;

/// <summary><c>adapter_config.json</c> of PEFT. Keys that Hone doesn't know are kept and written again.</summary>
public sealed record PeftConfig
{
    internal const string FileName = "adapter_config.json";

    /// <summary><c>base_model_name_or_path</c>.</summary>
    public string? BaseModel { get; init; }

    /// <summary><c>revision</c>: branch, tag or commit of a base model on a hub; null for its main branch.</summary>
    public string? Revision { get; init; }

    /// <summary><c>r</c>.</summary>
    public int Rank { get; init; } = 8;

    /// <summary><c>lora_alpha</c>.</summary>
    public double LoraAlpha { get; init; } = 8;

    /// <summary><c>lora_dropout</c>.</summary>
    public double LoraDropout { get; init; }

    /// <summary><c>use_rslora</c>: scale by α/√r instead of α/r.</summary>
    public bool UseRsLora { get; init; }

    /// <summary><c>target_modules</c>.</summary>
    public TargetModules? Target { get; init; }

    /// <summary><c>exclude_modules</c>.</summary>
    public TargetModules? Exclude { get; init; }

    /// <summary><c>layers_to_transform</c>: only these block numbers; empty means all.</summary>
    public IReadOnlyList<int> LayersToTransform { get; init; } = [];

    /// <summary><c>layers_pattern</c>: names of the module list that holds the blocks; empty means any.</summary>
    public IReadOnlyList<string> LayersPattern { get; init; } = [];

    /// <summary><c>rank_pattern</c>: module name or regular expression → rank. The first that matches, in ordinal order, wins.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> RankPattern { get; init; } = [];

    /// <summary><c>alpha_pattern</c>: module name or regular expression → alpha. The first that matches, in ordinal order, wins.</summary>
    public IReadOnlyList<KeyValuePair<string, double>> AlphaPattern { get; init; } = [];

    /// <summary><c>task_type</c>.</summary>
    public string? TaskType { get; init; } = "CAUSAL_LM";

    /// <summary><c>inference_mode</c>; PEFT saves true.</summary>
    public bool InferenceMode { get; init; } = true;

    /// <summary>The JSON that was read, for the keys that have no property here; null for a new configuration.</summary>
    public JsonObject? Source { get; init; }

    /// <summary>Reads <c>adapter_config.json</c> of a folder.</summary>
    /// <exception cref="HoneException">Missing or broken, or it asks for something that Hone can't do, by name.</exception>
    public static PeftConfig Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        return Parse(JsonFile.ReadObject(path), path);
    }

    /// <summary>Reads a configuration that is already parsed.</summary>
    /// <param name="json">Content of <c>adapter_config.json</c>.</param>
    /// <param name="where">File name for messages.</param>
    public static PeftConfig Parse(JsonObject json, string where) => PeftConfigJson.Parse(json, where);

    /// <summary>The text that PEFT writes: keys in ordinal order, two spaces of indent.</summary>
    public string ToJson() => PeftConfigJson.Write(this);

    /// <summary>Rank of one module, with <see cref="RankPattern"/> applied.</summary>
    public int RankOf(string modulePath) => PatternTable<int>.Of(RankPattern).Find(modulePath, Rank);

    /// <summary>What B·A·x of one module is multiplied by, with both patterns and <see cref="UseRsLora"/> applied.</summary>
    public double ScalingOf(string modulePath)
    {
        double rank = RankOf(modulePath);
        return PatternTable<double>.Of(AlphaPattern).Find(modulePath, LoraAlpha) / (UseRsLora ? Math.Sqrt(rank) : rank);
    }
}

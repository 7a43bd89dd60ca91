using System.Globalization;

namespace Hone.Settings;

/// <summary>
/// Flags of other tools that are not simply another name for a setting of ours, but say the same thing in another shape:
/// <c>--use_lora True</c> is <c>tuner_type lora</c>.
/// </summary>
internal static class ForeignSettings
{
    /// <summary>What the setting says in our words; itself when it is not foreign, nothing when it asks for what happens anyway.</summary>
    /// <exception cref="HoneException">It asks for something that Hone cannot do.</exception>
    public static IEnumerable<RawSetting> Translate(RawSetting raw, SettingSchema schema)
    {
        if (schema.Find(raw.Key) is not null) return [raw];
        switch (SettingSchema.Normalize(raw.Key))
        {
            case "use_lora" when schema.Find("tuner_type") is not null:
                return [raw with { Key = "tuner_type", Values = [Flag(raw) ? "lora" : "full"] }];
            case "q_lora" or "use_qlora" when schema.Find("tuner_type") is not null:
                return Flag(raw) ? throw NoQuantizedTraining(raw) : [];
            case "bf16" or "fp16" when schema.Find("torch_dtype") is not null:
                return Flag(raw) ? [raw with { Key = "torch_dtype", Values = [raw.Key] }] : [];
            case "dataset_dir" when schema.Find("custom_dataset_info") is not null && raw.Values is [var folder]:
                return [raw with { Key = "custom_dataset_info", Values = [Path.Combine(folder, "dataset_info.json")] }];
            case "ckpt_dir" when schema.Find("adapters") is not null:
                return [raw with { Key = HoldsAdapter(raw) ? "adapters" : "model" }];
            default:
                return [raw];
        }
    }

    /// <summary>The data setting whose rows this foreign setting counts (<c>--train_dataset_sample 2000</c>), or null.</summary>
    public static string? SampledSetting(string key, SettingSchema schema)
    {
        var sampled = SettingSchema.Normalize(key) switch
        {
            "train_dataset_sample" => "dataset",
            "val_dataset_sample" or "show_dataset_sample" => "val_dataset",
            _ => null,
        };
        return sampled is not null ? schema.Find(sampled)?.Name : null;
    }

    /// <summary>Whether this asks for self-cognition rows beside the other data, as ms-swift 2 does: <c>--self_cognition_sample 500</c>.</summary>
    public static bool IsSelfCognition(string key) => SettingSchema.Normalize(key) == "self_cognition_sample";

    /// <summary>Whether this says how LLaMA-Factory mixes data sets: <c>--mix_strategy interleave_under</c>.</summary>
    public static bool IsMix(string key) => SettingSchema.Normalize(key) == "mix_strategy";

    /// <summary>What <c>mix_strategy</c> means in settings of ours. LLaMA-Factory takes turns where no proportions are given; rows are drawn in equal ones here.</summary>
    /// <param name="mix">The setting.</param>
    /// <param name="find">The other settings by name.</param>
    public static IEnumerable<(string Name, RawSetting Raw)> Mix(RawSetting mix, Func<string, RawSetting?> find)
    {
        if (mix.Values is not [var word]) throw NoMix(mix);
        var given = find("interleave_prob") is { Values: not null };
        if (word == "concat")
        {
            return !given ? [] : throw new HoneException(ExitCode.Usage, $"{mix.Key} is concat and interleave_prob is set", mix.Origin, "keep one of them");
        }

        var strategy = word switch { "interleave_under" => "first_exhausted", "interleave_over" => "all_exhausted", _ => throw NoMix(mix) };
        if (find("stopping_strategy") is { Values: [var other] } && other != strategy)
            throw new HoneException(ExitCode.Usage, $"{mix.Key} {word} means stopping_strategy {strategy}, and it is {other}", mix.Origin, "keep one of them");
        var sets = find("dataset") is { Values: { } data } raw ? data.Sum(v => InputPaths.Entries(v, raw.Folder).Length) : 0;
        var settings = new List<(string, RawSetting)> { ("stopping_strategy", mix with { Values = [strategy] }) };
        if (!given && sets > 1) settings.Add(("interleave_prob", mix with { Values = [.. Enumerable.Repeat("1", sets)] }));
        return settings;
    }

    private static HoneException NoMix(RawSetting mix) => new(ExitCode.Usage, $"{mix.Key} is '{string.Join(' ', mix.Values ?? [])}'", mix.Origin,
        "use concat, interleave_under or interleave_over");

    /// <summary>Adds so many self-cognition rows to the data; null leaves it as it is.</summary>
    public static RawSetting? AddSelfCognition(RawSetting count, RawSetting? data)
    {
        var rows = NumberOfRows(count);
        if (rows <= 0) return data;
        var entry = new DatasetReference("swift/self-cognition", rows).ToString();
        return (data ?? count) with { Values = [.. data?.Values ?? [], entry] };
    }

    /// <summary>Writes the count into the data setting: <c>rows.jsonl</c> becomes <c>rows.jsonl#2000</c>.</summary>
    public static RawSetting Sample(RawSetting count, RawSetting? data, string dataName)
    {
        var rows = NumberOfRows(count);
        if (rows == 0) throw NoNumberOfRows(count);
        if (data?.Values is not { Count: > 0 } files)
            throw new HoneException(ExitCode.Usage, $"{count.Key} is set but {dataName} is not", count.Origin, $"add --{dataName} <file>");
        if (rows == -1) return data;
        if (files is not [var file] || DatasetReference.Parse(file).Rows is not null)
            throw new HoneException(ExitCode.Usage, $"{count.Key} needs one file without a count of its own", count.Origin, $"write the counts into {dataName}: a.jsonl#500 b.jsonl#200");
        return data with { Values = [new DatasetReference(file, rows).ToString()] };
    }

    private static int NumberOfRows(RawSetting count) =>
        count.Values is [var text] && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var rows) && rows >= -1 ? rows : throw NoNumberOfRows(count);

    private static HoneException NoNumberOfRows(RawSetting count) =>
        new(ExitCode.Usage, $"{count.Key} is '{string.Join(' ', count.Values ?? [])}', which is not a number of rows", count.Origin, "use a number above 0, or -1 for all");

    private static bool Flag(RawSetting raw) => raw.Values switch
    {
        [] => true,
        [var text] when SettingValues.Parse(typeof(bool), text) is bool value => value,
        var values => throw new HoneException(ExitCode.Usage, $"{raw.Key} is '{string.Join(' ', values ?? [])}'", raw.Origin, "use true or false"),
    };

    private static bool HoldsAdapter(RawSetting raw) =>
        raw.Values is [var folder] && InputPaths.Candidates(folder, raw.Folder).Any(c => File.Exists(Path.Combine(c, "adapter_config.json")));

    private static HoneException NoQuantizedTraining(RawSetting raw) =>
        new(ExitCode.Usage, $"{raw.Key} asks for 4-bit training, which this version does not have", raw.Origin, "use --tuner_type lora: the frozen model stays in 16 bits");
}

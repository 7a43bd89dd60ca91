namespace Hone.Models;

/// <summary>
/// Reads rotary settings: <c>rope_theta</c> and <c>rope_scaling</c>, or the newer <c>rope_parameters</c> that holds both.
/// </summary>
internal static class RopeParser
{
    private static readonly Dictionary<string, RopeKind> Kinds = new()
    {
        ["default"] = RopeKind.Default,
        ["linear"] = RopeKind.Linear,
        ["dynamic"] = RopeKind.Dynamic,
        ["yarn"] = RopeKind.Yarn,
        ["llama3"] = RopeKind.Llama3,
        ["longrope"] = RopeKind.LongRope,
        ["su"] = RopeKind.LongRope,
    };

    public static (double Theta, RopeScaling Scaling) Parse(JsonKeys config, int maxPositions, int rotarySize)
    {
        var section = config.Object("rope_parameters") is not null ? "rope_parameters" : "rope_scaling";
        var json = config.Object(section);
        if (json is null) return (config.Positive("rope_theta", 10000), new RopeScaling { OriginalMaxPositions = maxPositions });

        var keys = new JsonKeys(json, $"{config.Where}: {section}");
        var theta = keys.Has("rope_theta") ? keys.Positive("rope_theta") : config.Positive("rope_theta", 10000);
        if (keys.Double("partial_rotary_factor", 1) != 1)
            throw new HoneException(ExitCode.Model, "partial_rotary_factor is not 1, which is not supported.", keys.Where);
        var name = keys.Text("rope_type") ?? keys.Text("type") ?? "default";
        if (!Kinds.TryGetValue(name, out var kind))
            throw new HoneException(ExitCode.Model, $"The rope type {name} is not supported; supported: {string.Join(", ", Kinds.Keys)}.", keys.Where);
        var original = keys.OptionalInt("original_max_position_embeddings", 2, int.MaxValue)
            ?? config.OptionalInt("original_max_position_embeddings", 2, int.MaxValue);
        return (theta, Read(kind, keys, original, maxPositions, rotarySize));
    }

    private static RopeScaling Read(RopeKind kind, JsonKeys keys, int? original, int maxPositions, int rotarySize)
    {
        var scaling = new RopeScaling { Kind = kind, OriginalMaxPositions = original ?? maxPositions };
        switch (kind)
        {
            case RopeKind.Linear:
            case RopeKind.Dynamic:
                return scaling with { Factor = keys.Positive("factor") };
            case RopeKind.Llama3:
                return Llama3(scaling, keys, original);
            case RopeKind.Yarn:
                return Yarn(scaling, keys);
            case RopeKind.LongRope:
                return LongRope(scaling, keys, original, maxPositions, rotarySize);
            default:
                return scaling;
        }
    }

    private static RopeScaling Llama3(RopeScaling scaling, JsonKeys keys, int? original)
    {
        if (original is null) throw keys.Missing("original_max_position_embeddings");
        scaling = scaling with
        {
            Factor = keys.Positive("factor"),
            LowFrequencyFactor = keys.Positive("low_freq_factor"),
            HighFrequencyFactor = keys.Positive("high_freq_factor"),
        };
        if (scaling.HighFrequencyFactor <= scaling.LowFrequencyFactor)
            throw new HoneException(ExitCode.Model, "high_freq_factor must be above low_freq_factor.", keys.Where);
        return scaling;
    }

    private static RopeScaling Yarn(RopeScaling scaling, JsonKeys keys)
    {
        var factor = keys.Positive("factor");
        var single = keys.Double("mscale", 0);
        var all = keys.Double("mscale_all_dim", 0);
        var computed = single != 0 && all != 0 ? Magnitude(factor, single) / Magnitude(factor, all) : Magnitude(factor, 1);
        return scaling with
        {
            Factor = factor,
            BetaFast = keys.Positive("beta_fast", 32),
            BetaSlow = keys.Positive("beta_slow", 1),
            Truncate = keys.Bool("truncate", true),
            AttentionScaling = keys.Positive("attention_factor", computed),
        };
    }

    // YaRN (Peng et al. 2023), section 3.4: the temperature of attention, put on cos and sin.
    private static double Magnitude(double factor, double weight) => factor <= 1 ? 1 : 0.1 * weight * Math.Log(factor) + 1;

    private static RopeScaling LongRope(RopeScaling scaling, JsonKeys keys, int? original, int maxPositions, int rotarySize)
    {
        var factor = original is { } pretrained ? (double)maxPositions / pretrained : keys.Positive("factor");
        var computed = factor <= 1 ? 1 : Math.Sqrt(1 + Math.Log(factor) / Math.Log(scaling.OriginalMaxPositions));
        return scaling with
        {
            Factor = factor,
            AttentionScaling = keys.Positive("attention_factor", computed),
            ShortFactors = Divisors("short_factor"),
            LongFactors = Divisors("long_factor"),
        };

        IReadOnlyList<double> Divisors(string key)
        {
            var list = keys.Numbers(key);
            if (list.Count != rotarySize / 2 || list.Any(d => d <= 0))
                throw new HoneException(ExitCode.Model, $"{key} must hold {rotarySize / 2} numbers above 0, one for each frequency; it holds {list.Count}.", keys.Where);
            return list;
        }
    }
}

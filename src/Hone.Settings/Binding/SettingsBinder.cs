using System.Buffers;

namespace Hone.Settings;

/// <summary>
/// Makes a verb's settings out of what a person wrote. Flags win over <c>HONE_</c> variables, these over the
/// configuration file, that over the defaults. Whatever is not understood is an error that names the nearest setting.
/// </summary>
public static class SettingsBinder
{
    /// <summary>No setting has such a name.</summary>
    private const string SelfCognitionKey = "dataset+";
    private const string MixKey = "dataset*";

    private static readonly SearchValues<char> s_expressionMarks = SearchValues.Create("{}()[]*|^$+?\\");

    /// <summary>Variables that begin with <c>HONE_</c> and are no settings.</summary>
    private static readonly HashSet<string> s_otherVariables = ["debug", "available_memory", "cache"];

    /// <summary>Binds and validates.</summary>
    /// <param name="type">The verb's settings type.</param>
    /// <param name="arguments">What follows the verb: <c>[config.yaml] [--key value …]</c>.</param>
    /// <param name="environment">Variables; those that begin with <c>HONE_</c> are read.</param>
    /// <exception cref="HoneException">An unknown setting, a wrong value, a missing input, or a broken rule.</exception>
    public static VerbSettings Bind(Type type, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment)
    {
        var schema = SettingSchema.Of(type);
        var (config, flags) = CommandLineReader.Read(arguments, schema);
        var merged = new Dictionary<string, RawSetting>(StringComparer.Ordinal);
        if (config is not null) Merge(merged, ConfigFileReader.Read(config), schema, isCommandLine: false);
        Merge(merged, Variables(environment, schema), schema, isCommandLine: false);
        Merge(merged, flags, schema, isCommandLine: true);
        ApplySamples(merged, schema);

        var settings = (VerbSettings)Activator.CreateInstance(type)!;
        var registers = merged.ContainsKey("custom_register_path") || merged.ContainsKey("external_plugins");
        var given = schema.Settings.Where(s => merged.GetValueOrDefault(s.Name) is { Values: not null })
            .ToDictionary(s => s.Name, s => Convert(s, merged[s.Name] with { MayBeRegistered = registers }, merged[s.Name].Values!));
        settings.TakeDefaults(given);
        foreach (var (name, value) in given) schema.Find(name)!.SetValue(settings, value);
        ThrowIfInvalid(settings, merged);
        return settings;
    }

    /// <summary>Binds and validates; see <see cref="Bind"/>.</summary>
    public static T Bind<T>(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
        where T : VerbSettings, new() =>
        (T)Bind(typeof(T), arguments, environment ?? new Dictionary<string, string>());

    /// <summary>The settings of a configuration file alone.</summary>
    /// <param name="path">A <c>.yaml</c>, <c>.yml</c> or <c>.json</c> file, such as a run's <c>args.json</c>.</param>
    /// <exception cref="HoneException">As <see cref="Bind"/>.</exception>
    public static T FromFile<T>(string path)
        where T : VerbSettings, new() => Bind<T>(["--config", path]);

    /// <summary>Throws one error that lists every rule the settings break.</summary>
    /// <exception cref="HoneException">At least one rule is broken.</exception>
    public static void ThrowIfInvalid(VerbSettings settings) => ThrowIfInvalid(settings, new Dictionary<string, RawSetting>());

    private static void ThrowIfInvalid(VerbSettings settings, Dictionary<string, RawSetting> origins)
    {
        var errors = settings.Validate();
        if (errors.Count == 0) return;
        string? Origin(SettingError e) => origins.GetValueOrDefault(e.Setting)?.Origin;
        if (errors is [var only]) throw new HoneException(ExitCode.Usage, only.What, Origin(only), only.Fix);
        var lines = errors.Select(e => $"\n  {e.What}{(Origin(e) is { } origin ? $" ({origin})" : "")}: {e.Fix}");
        throw new HoneException(ExitCode.Usage, $"{errors.Count} settings need a change:{string.Concat(lines)}");
    }

    private static IEnumerable<RawSetting> Variables(IReadOnlyDictionary<string, string> environment, SettingSchema schema)
    {
        const string Prefix = "HONE_";
        foreach (var (name, value) in environment.Where(v => v.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            var key = name[Prefix.Length..].ToLowerInvariant();
            // A variable stands for all commands of a shell, so one that only another verb knows is no mistake.
            if (s_otherVariables.Contains(key) || (schema.Find(key) is null && Verbs.Knowing(key).Count > 0)) continue;
            yield return new RawSetting(key, [value], name);
        }
    }

    private static void Merge(Dictionary<string, RawSetting> merged, IEnumerable<RawSetting> source, SettingSchema schema, bool isCommandLine)
    {
        var own = new Dictionary<string, RawSetting>(StringComparer.Ordinal);
        foreach (var raw in source.SelectMany(s => ForeignSettings.Translate(s, schema)))
        {
            var setting = schema.Find(raw.Key);
            var name = setting?.Name ?? (ForeignSettings.SampledSetting(raw.Key, schema) is { } sampled ? SampleKey(sampled)
                : ForeignSettings.IsMix(raw.Key) && schema.Find("stopping_strategy") is not null ? MixKey
                : ForeignSettings.IsSelfCognition(raw.Key) && schema.Find("dataset") is not null && schema.Find("model_name") is not null ? SelfCognitionKey
                : throw Unknown(raw, schema));
            if (!own.TryGetValue(name, out var earlier)) own[name] = raw;
            else if (!isCommandLine) throw Twice(raw, earlier, name);
            else own[name] = setting is { IsList: true } ? raw with { Values = [.. earlier.Values!, .. raw.Values!] } : raw;
        }

        foreach (var (name, raw) in own) merged[name] = raw;
    }

    private static void ApplySamples(Dictionary<string, RawSetting> merged, SettingSchema schema)
    {
        foreach (var name in schema.Settings.Where(s => s.Path == PathUse.Data).Select(s => s.Name))
        {
            if (merged.TryGetValue(SampleKey(name), out var count) && count.Values is not null)
                merged[name] = ForeignSettings.Sample(count, merged.GetValueOrDefault(name), name);
        }

        if (merged.TryGetValue(SelfCognitionKey, out var rows) && rows.Values is not null
            && ForeignSettings.AddSelfCognition(rows, merged.GetValueOrDefault("dataset")) is { } data) merged["dataset"] = data;
        if (merged.TryGetValue(MixKey, out var mix) && mix.Values is not null)
        {
            foreach (var (name, raw) in ForeignSettings.Mix(mix, merged.GetValueOrDefault)) merged[name] = raw;
        }
    }

    private static object? Convert(SettingInfo setting, RawSetting raw, IReadOnlyList<string> values)
    {
        if (setting.IsList) return ConvertList(setting, raw, values);
        if (values is [] && setting.IsSwitch) return true;
        if (values is not [var text])
            throw new HoneException(ExitCode.Usage, $"{setting.Name} takes one value, not {values.Count}", raw.Origin, "quote a value that contains spaces");
        // In files null is a word of its own; on the command line people write None.
        if (setting.CanBeNull && setting.ElementType != typeof(string) && text.ToLowerInvariant() is "none" or "null" or "auto") return null;
        return ConvertOne(setting, text, raw);
    }

    private static Array ConvertList(SettingInfo setting, RawSetting raw, IReadOnlyList<string> values)
    {
        if (values is [] && raw.Folder is null)
            throw new HoneException(ExitCode.Usage, $"{raw.Origin} needs at least one value", null, $"write {raw.Origin} <value> …");
        var texts = setting.SplitOnComma && values is [var one] && !IsExpression(one)
            ? one.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : setting.Path == PathUse.Data ? [.. values.SelectMany(v => InputPaths.Entries(v, raw.Folder))]
            : values;
        var list = Array.CreateInstance(setting.ElementType, texts.Count);
        for (var i = 0; i < texts.Count; i++) list.SetValue(ConvertOne(setting, texts[i], raw), i);
        return list;
    }

    /// <summary>A comma inside a regular expression, as in <c>{1,2}</c>, separates nothing.</summary>
    private static bool IsExpression(string text) => text.AsSpan().ContainsAny(s_expressionMarks);

    private static object ConvertOne(SettingInfo setting, string text, RawSetting raw)
    {
        var value = SettingValues.Parse(setting.ElementType, text)
            ?? throw new HoneException(ExitCode.Usage, $"{setting.Name} is '{Shown(text)}'", raw.Origin, Advice(setting, text));
        return setting.Path is PathUse.Input or PathUse.Data or PathUse.FileOrName or PathUse.Model ? InputPaths.Resolve(setting, text, raw) : value;
    }

    private static string Advice(SettingInfo setting, string text)
    {
        var expected = $"use {SettingValues.Expected(setting.ElementType)}";
        return Suggestion.Nearest(text, setting.Choices) is { } near ? $"did you mean {near}? {expected}" : expected;
    }

    private static HoneException Unknown(RawSetting raw, SettingSchema schema)
    {
        var others = Verbs.Knowing(raw.Key);
        var fix = schema.Nearest(raw.Key) is { } near ? $"did you mean {near}?" : "--help lists every setting";
        if (others.Count > 0) fix = $"it belongs to {string.Join(", ", others.Select(v => "hone " + v))}";
        return new HoneException(ExitCode.Usage, $"there is no setting '{Shown(raw.Key)}'", raw.Origin, fix);
    }

    private static HoneException Twice(RawSetting raw, RawSetting earlier, string name) => new(ExitCode.Usage,
        SettingSchema.Normalize(raw.Key) == SettingSchema.Normalize(earlier.Key) ? $"{name} is set twice" : $"{earlier.Key} and {raw.Key} are the same setting",
        $"{earlier.Origin} and {raw.Origin}", "keep one of them");

    private static string SampleKey(string dataName) => dataName + "#";

    private static string Shown(string text) => text.Length <= 80 ? text : text[..80] + "…";
}

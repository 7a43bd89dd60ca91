namespace Hone.Settings;

/// <summary>Splits the arguments of a verb into settings and the configuration file.</summary>
internal static class CommandLineReader
{
    /// <summary>Reads <c>[config] --key value… --key=value --switch -d value</c>.</summary>
    /// <exception cref="HoneException">A flag without a value, or a value that belongs to nothing.</exception>
    public static (string? ConfigFile, List<RawSetting> Settings) Read(IReadOnlyList<string> arguments, SettingSchema schema)
    {
        string? config = null;
        var settings = new List<RawSetting>();
        var i = 0;
        while (i < arguments.Count)
        {
            var argument = arguments[i++];
            if (!IsFlag(argument))
            {
                if (!LooksLikeConfig(argument) && schema.Settings.FirstOrDefault(s => s.IsPositional) is { } positional && !settings.Exists(s => s.Key == positional.Name))
                {
                    settings.Add(new RawSetting(positional.Name, [argument], argument));
                    continue;
                }

                config = TakeConfig(config, argument, i > 1 ? arguments[i - 2] : null);
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var flag = equals < 0 ? argument : argument[..equals];
            var key = flag.TrimStart('-');
            var values = equals < 0 ? TakeValues(arguments, ref i, key, schema) : [argument[(equals + 1)..]];
            if (SettingSchema.Normalize(key) == "config")
                config = TakeConfig(config, values is [var file] ? file : throw NoValue(flag), null);
            else if (values.Count == 0 && schema.Find(key) is { IsSwitch: false, IsList: false })
                throw NoValue(flag);
            else
                settings.Add(new RawSetting(key, values, flag));
        }

        return (config, settings);
    }

    /// <summary>A dash and a letter begin a flag; <c>-1</c>, <c>-</c> and quoted sentences are values.</summary>
    private static bool IsFlag(string argument)
    {
        var name = argument.AsSpan().TrimStart('-');
        if (name.Length == argument.Length || argument.Length - name.Length > 2 || name.IsEmpty || !char.IsAsciiLetter(name[0])) return false;
        var equals = name.IndexOf('=');
        return !(equals < 0 ? name : name[..equals]).ContainsAny(' ', '\t', '\n');
    }

    /// <summary>Lists and unknown flags take all that follows up to the next flag; a switch takes only true or false.</summary>
    private static List<string> TakeValues(IReadOnlyList<string> arguments, ref int i, string key, SettingSchema schema)
    {
        var setting = schema.Find(key);
        var most = setting switch
        {
            { IsList: true } => int.MaxValue,
            { IsSwitch: true } => i < arguments.Count && SettingValues.Parse(typeof(bool), arguments[i]) is not null ? 1 : 0,
            _ => 1,
        };
        var values = new List<string>();
        while (i < arguments.Count && values.Count < most && !IsFlag(arguments[i])) values.Add(arguments[i++]);
        return values;
    }

    private static string TakeConfig(string? already, string argument, string? before)
    {
        if (already is null && LooksLikeConfig(argument)) return argument;
        if (already is not null && LooksLikeConfig(argument))
            throw new HoneException(ExitCode.Usage, $"two configuration files are given: {already} and {argument}", null, "put all settings into one");
        throw new HoneException(ExitCode.Usage, $"'{argument}' belongs to no setting", before is null ? null : $"after {before}",
            "write settings as --name value, quote values that contain spaces, and name a configuration file .yaml, .yml or .json");
    }

    private static bool LooksLikeConfig(string argument) =>
        Path.GetExtension(argument).ToLowerInvariant() is ".yaml" or ".yml" or ".json";

    private static HoneException NoValue(string flag) => new(ExitCode.Usage, $"{flag} needs a value", null, $"write {flag} <value>");
}

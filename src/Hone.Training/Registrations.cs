using System.Collections.Concurrent;
using Hone.Data.Registration;
using Hone.Settings;

namespace Hone.Training;

/// <summary>What the files and plug-ins that settings name register, and what a registered model's name stands for.</summary>
public static class Registrations
{
    /// <summary>An assembly is loaded once in a process, so that what it registers is kept too.</summary>
    private static readonly ConcurrentDictionary<string, Lazy<Registry>> s_loaded = new(StringComparer.Ordinal);

    /// <summary>What the program itself registers, for all runs in this process: without a file, a plug-in assembly or the command line.</summary>
    public static Registry OfProcess { get; } = new();

    /// <summary>The registry of this process with what <c>custom_register_path</c> and <c>external_plugins</c> add to it. Code of plug-ins runs here, and nowhere that they are not named.</summary>
    /// <exception cref="HoneException">A file or plug-in can't be used (exit code 2).</exception>
    public static Registry Of(VerbSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.CustomRegisterPath.Count == 0 && settings.ExternalPlugins.Count == 0) return OfProcess;
        var key = string.Join('\n', settings.CustomRegisterPath.Append("").Concat(settings.ExternalPlugins)
            .Select(p => p.Length == 0 ? p : $"{Path.GetFullPath(p)} {File.GetLastWriteTimeUtc(p).Ticks}").Prepend(Environment.CurrentDirectory));
        return s_loaded.GetOrAdd(key, _ => new Lazy<Registry>(() => Registry.Load(settings.CustomRegisterPath, settings.ExternalPlugins, OfProcess))).Value;
    }

    /// <summary>
    /// Puts the folder in the place of a registered model's name, and its template and target modules where nothing else was said.
    /// </summary>
    /// <exception cref="HoneException">As <see cref="Of"/>.</exception>
    public static T Resolve<T>(T settings, Registry? registry = null)
        where T : VerbSettings
    {
        registry ??= Of(settings);
        if (settings["model"] is not string name || Directory.Exists(name)) return settings;
        if (registry.FindModel(name) is not { } model)
        {
            if (Suggestion.Nearest(name, registry.Models) is not { } near) return settings;
            throw new HoneException(ExitCode.Model, $"There is no model '{name}'.", null, $"Did you mean {near}?");
        }

        var values = new Dictionary<string, object> { ["model"] = model.Folder };
        if (model.Template is { } template && settings["template"] is null) values["template"] = template;
        if (model.TargetModules.Count > 0 && settings is TrainingSettings { TargetsAllLinear: true }) values["target_modules"] = model.TargetModules;
        return settings.With(values);
    }
}

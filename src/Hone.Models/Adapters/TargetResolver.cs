namespace Hone.Models.Adapters;

/// <summary>Finds the modules that an adapter's settings mean, by PEFT's rules.</summary>
/// <param name="spec">The model.</param>
/// <param name="config">Target, exclusions and layers.</param>
/// <param name="exitCode">Usage when a person typed the settings, Model when they come from an adapter's files.</param>
internal sealed class TargetResolver(DecoderSpec spec, PeftConfig config, ExitCode exitCode)
{
    private const int NamesInMessage = 8;

    private readonly List<TensorSlot> matrices =
        [.. spec.Tensors().Where(slot => slot.Kind is TensorKind.Linear or TensorKind.Head or TensorKind.Embedding)];

    /// <summary>The modules; every name of a list must match something.</summary>
    public IReadOnlyList<string> ResolveAll()
    {
        var target = Target();
        foreach (var name in target.Names)
        {
            if (!matrices.Any(slot => IsNamed(slot.ModulePath, name))) throw NothingMatches(name);
        }

        return ResolveAny();
    }

    /// <summary>The modules; something must match.</summary>
    public IReadOnlyList<string> ResolveAny()
    {
        var target = Target();
        CheckLayers(target);
        var hits = matrices.Where(Matcher(target)).ToList();
        if (hits.FirstOrDefault(slot => slot.Kind != TensorKind.Linear) is { } outer)
            throw new HoneException(exitCode, $"target_modules includes {outer.ModulePath}, and adapters on embeddings and output heads are not supported.", null, "Leave it out.");
        return hits.Count > 0 ? [.. hits.Select(slot => slot.ModulePath)] : throw NothingMatches(target.ToString());
    }

    private TargetModules Target() => config.Target is { } target && (target.Pattern is not null || target.Names.Count > 0)
        ? target
        : throw new HoneException(exitCode, "target_modules is empty.", null, $"Name modules, such as {string.Join(", ", LinearNames().Take(2))}, or all-linear.");

    private Func<TensorSlot, bool> Matcher(TargetModules target)
    {
        var excluded = Excluded();
        if (target == TargetModules.AllLinear) return slot => slot.Kind == TensorKind.Linear && !excluded(slot.ModulePath);
        if (target.Pattern is { } pattern)
        {
            var whole = ModulePattern.Whole(pattern, exitCode);
            return slot => whole.IsMatch(slot.ModulePath) && !excluded(slot.ModulePath);
        }

        // A name that is a whole path is taken whatever layers_to_transform says.
        var inLayers = InLayers();
        return slot => !excluded(slot.ModulePath)
            && (target.Names.Contains(slot.ModulePath) || (target.Names.Any(name => IsNamed(slot.ModulePath, name)) && inLayers(slot.ModulePath)));
    }

    private Func<string, bool> Excluded()
    {
        if (config.Exclude is not { } exclude) return _ => false;
        if (exclude.Pattern is not { } pattern) return path => exclude.Names.Any(name => IsNamed(path, name));
        var whole = ModulePattern.Whole(pattern, exitCode);
        return whole.IsMatch;
    }

    private Func<string, bool> InLayers()
    {
        if (config.LayersToTransform.Count == 0) return _ => true;
        var patterns = config.LayersPattern.Count == 0
            ? [ModulePattern.LayerNumber(null, exitCode)]
            : config.LayersPattern.Select(name => ModulePattern.LayerNumber(name, exitCode)).ToList();
        return path => patterns.Select(p => p.LayerOf(path)).FirstOrDefault(layer => layer is not null) is { } layer
            && config.LayersToTransform.Contains(layer);
    }

    private void CheckLayers(TargetModules target)
    {
        if (config.LayersToTransform.Count > 0 && target.Pattern is not null)
            throw new HoneException(exitCode, $"layers_to_transform can't be combined with target_modules {Excerpt.Of(target.ToString())}.", null, "Give target_modules as a list.");
        if (config.LayersPattern.Count > 0 && config.LayersToTransform.Count == 0)
            throw new HoneException(exitCode, "layers_pattern needs layers_to_transform.", null, "Give layers_to_transform, or leave layers_pattern out.");
        var beyond = config.LayersToTransform.Where(layer => layer < 0 || layer >= spec.LayerCount).ToList();
        if (beyond.Count > 0)
            throw new HoneException(exitCode, $"layers_to_transform names layer {beyond[0]}; the model has layers 0 to {spec.LayerCount - 1}.");
    }

    private HoneException NothingMatches(string target)
    {
        var names = LinearNames();
        var nearest = Suggestion.Nearest(target, names);
        var near = names.OrderByDescending(name => name == nearest).Take(NamesInMessage);
        return new HoneException(exitCode, $"target_modules: nothing in the model matches {Excerpt.Of(target)}.", null, $"The model has {string.Join(", ", near)}; all-linear means all of them.");
    }

    private List<string> LinearNames() =>
        [.. matrices.Where(slot => slot.Kind == TensorKind.Linear).Select(slot => slot.ModulePath[(slot.ModulePath.LastIndexOf('.') + 1)..]).Distinct()];

    private static bool IsNamed(string path, string name) =>
        path == name || (path.Length > name.Length && path[^(name.Length + 1)] == '.' && path.EndsWith(name, StringComparison.Ordinal));
}

namespace Hone.Models.Adapters;

/// <summary>
/// Which linear layers get an adapter: a list of names (each the whole path or its end after a dot), a regular expression
/// that matches the whole path, or <c>all-linear</c>.
/// </summary>
public sealed record TargetModules
{
    /// <summary>Names, when it is a list; otherwise empty.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Regular expression or <c>all-linear</c>, when it is a text; otherwise null.</summary>
    public string? Pattern { get; init; }

    /// <summary>Every linear layer but the output head.</summary>
    public static TargetModules AllLinear { get; } = new() { Pattern = "all-linear" };

    /// <summary>A list of names.</summary>
    public static TargetModules List(params IEnumerable<string> names) => new() { Names = [.. names] };

    /// <summary>A regular expression, or <c>all-linear</c>.</summary>
    public static TargetModules Text(string pattern) => new() { Pattern = pattern };

    /// <summary>
    /// The adapted modules in the model's order, such as <c>model.layers.0.self_attn.q_proj</c>; their weights are the
    /// <see cref="TensorKind.Linear"/> slots of the spec.
    /// </summary>
    /// <exception cref="HoneException">A target matches nothing (<see cref="ExitCode.Usage"/>), with the nearest names.</exception>
    public static IReadOnlyList<string> Resolve(DecoderSpec spec, TargetModules target) =>
        Resolve(spec, new PeftConfig { Target = target });

    /// <summary>As above, with <c>layers_to_transform</c>, <c>layers_pattern</c> and <c>exclude_modules</c> of the configuration.</summary>
    /// <exception cref="HoneException">As above, or the settings contradict each other.</exception>
    public static IReadOnlyList<string> Resolve(DecoderSpec spec, PeftConfig config) =>
        new TargetResolver(spec, config, ExitCode.Usage).ResolveAll();

    /// <summary>
    /// The target that PEFT stores: <c>all-linear</c> becomes the list of the last parts of the modules' names, the rest stays as it is.
    /// </summary>
    public TargetModules ForStorage(IEnumerable<string> modulePaths) => Pattern != AllLinear.Pattern
        ? this
        : List(modulePaths.Select(path => path[(path.LastIndexOf('.') + 1)..]).Distinct().Order(StringComparer.Ordinal));

    /// <inheritdoc/>
    public bool Equals(TargetModules? other) =>
        other is not null && Pattern == other.Pattern && Names.SequenceEqual(other.Names);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Pattern, Names.Count);

    /// <summary>As a person would write it.</summary>
    public override string ToString() => Pattern ?? string.Join(", ", Names);
}

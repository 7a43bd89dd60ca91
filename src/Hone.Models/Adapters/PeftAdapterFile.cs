using System.Text;
using Hone.Models.Weights;
using Hone.Tensors;

namespace Hone.Models.Adapters;

/// <summary>
/// A PEFT adapter folder: <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>. Keys are
/// <c>base_model.model.</c> + module path + <c>.lora_A.weight</c> [r, in] or <c>.lora_B.weight</c> [out, r].
/// </summary>
public sealed class PeftAdapterFile : IDisposable
{
    internal const string WeightsFileName = "adapter_model.safetensors";

    private const string KeyPrefix = "base_model.model.";
    private const string DownSuffix = ".lora_A.weight";
    private const string UpSuffix = ".lora_B.weight";

    // What a key that is no plain LoRA matrix tells, the most telling first.
    private static readonly (string Mark, string Feature)[] Features =
    [
        (".lora_magnitude_vector", "DoRA"),
        (".lora_embedding_", "LoRA on an embedding"),
        (".lora_B.bias", "lora_bias"),
        (".bias", "trained biases"),
        ("", "weights that are stored in full (modules_to_save)"),
    ];

    private readonly string folder;
    private readonly SafetensorsFile file;
    private readonly SortedDictionary<string, (StoredTensor A, StoredTensor B)> modules = new(StringComparer.Ordinal);

    private PeftAdapterFile(string folder, PeftConfig config, SafetensorsFile file)
    {
        this.folder = folder;
        this.file = file;
        Config = config;
    }

    /// <summary>Opens an adapter; its tensors stay mapped until <see cref="Dispose"/>.</summary>
    /// <exception cref="HoneException">Missing or broken files, half an adapter, ranks that disagree, or a feature that Hone can't load, by name.</exception>
    public static PeftAdapterFile Read(string folder)
    {
        var config = PeftConfig.Load(folder);
        var adapter = new PeftAdapterFile(folder, config, SafetensorsFile.Open(Path.Combine(folder, WeightsFileName)));
        try
        {
            adapter.PairTensors();
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <summary>The configuration.</summary>
    public PeftConfig Config { get; }

    /// <summary>Module paths in ordinal order → A [r, in] and B [out, r].</summary>
    public IReadOnlyDictionary<string, (StoredTensor A, StoredTensor B)> Modules => modules;

    /// <summary>
    /// Checks that the adapter fits the model: the modules that its configuration targets, no more and no fewer, with the right shapes.
    /// </summary>
    /// <exception cref="HoneException">Names the modules or shapes that differ.</exception>
    public void RequireFits(DecoderSpec spec)
    {
        var targets = new TargetResolver(spec, Config, ExitCode.Model).ResolveAny();
        var missing = targets.Where(path => !modules.ContainsKey(path)).ToList();
        var unexpected = modules.Keys.Except(targets).ToList();
        if (missing.Count > 0) throw Misfit($"has no weights for {missing.Count} modules that it targets, such as {Excerpt.Of(missing[0])}");
        if (unexpected.Count > 0) throw Misfit($"has weights for {unexpected.Count} modules that it doesn't target or the model lacks, such as {Excerpt.Of(unexpected[0])}");

        var slots = spec.Tensors().Where(slot => slot.Kind == TensorKind.Linear).ToDictionary(slot => slot.ModulePath);
        foreach (var (path, (a, b)) in modules)
        {
            var expected = slots[path].Shape;
            if (a.Shape[1] != expected[1] || b.Shape[0] != expected[0])
                throw Misfit($"makes {path} a [{b.Shape[0]}, {a.Shape[1]}] matrix, but in the model it is [{expected[0]}, {expected[1]}]");
        }
    }

    /// <summary>Writes an adapter folder, each file aside, synced and renamed.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="config">The configuration; a target must be set. <c>all-linear</c> is written as the list of names that it means.</param>
    /// <param name="modules">Module path, A [r, in], B [out, r].</param>
    /// <param name="type">Element type in the file.</param>
    /// <exception cref="HoneException">A file can't be written; the one that was there before is unharmed.</exception>
    public static void Write(
        string folder, PeftConfig config, IEnumerable<(string Module, Tensor A, Tensor B)> modules, DType type = DType.F32)
    {
        var target = config.Target ?? throw new ArgumentException("the configuration has no target", nameof(config));
        var list = modules.ToList();
        var tensors = new List<TensorToWrite>();
        foreach (var (module, a, b) in list)
        {
            if (a.Rows != b.Columns || a.Rows != config.RankOf(module))
                throw new ArgumentException($"{module}: A {a} and B {b} don't have the rank {config.RankOf(module)}");
            tensors.Add(new TensorToWrite(KeyPrefix + module + DownSuffix, type, [a.Rows, a.Columns], a));
            tensors.Add(new TensorToWrite(KeyPrefix + module + UpSuffix, type, [b.Rows, b.Columns], b));
        }

        DurableFiles.CreateFolder(folder);
        SafetensorsWriter.Write(Path.Combine(folder, WeightsFileName), tensors);
        var text = Encoding.UTF8.GetBytes((config with { Target = target.ForStorage(list.Select(m => m.Module)) }).ToJson());
        DurableFiles.Write(Path.Combine(folder, PeftConfig.FileName), stream => stream.Write(text));
    }

    /// <summary>Unmaps the file. Its tensors are then invalid.</summary>
    public void Dispose()
    {
        modules.Clear();
        file.Dispose();
    }

    private void PairTensors()
    {
        var down = new Dictionary<string, StoredTensor>();
        var up = new Dictionary<string, StoredTensor>();
        var unknown = new List<string>();
        foreach (var tensor in file.Tensors)
        {
            if (ModuleOf(tensor.Name, DownSuffix) is { } ofDown) down.Add(ofDown, tensor);
            else if (ModuleOf(tensor.Name, UpSuffix) is { } ofUp) up.Add(ofUp, tensor);
            else unknown.Add(tensor.Name);
        }

        if (unknown.Count > 0) throw Unknown(unknown);

        if (down.Count == 0) throw new HoneException(ExitCode.Model, "The adapter file has no LoRA weights.", file.Path);
        foreach (var module in down.Keys.Union(up.Keys).Order(StringComparer.Ordinal))
        {
            if (!down.TryGetValue(module, out var a) || !up.TryGetValue(module, out var b))
                throw new HoneException(ExitCode.Model, $"{Excerpt.Of(module)} has only one of lora_A and lora_B.", file.Path, "Fetch the adapter again.");
            CheckPair(module, a, b);
            modules.Add(module, (a, b));
        }
    }

    private void CheckPair(string module, StoredTensor a, StoredTensor b)
    {
        var rank = Config.RankOf(module);
        if (a.Shape.Count != 2 || b.Shape.Count != 2 || a.Shape[0] != rank || b.Shape[1] != rank)
        {
            throw new HoneException(ExitCode.Model,
                $"{Excerpt.Of(module)}: {PeftConfig.FileName} says rank {rank}, but lora_A is [{string.Join(", ", a.Shape)}] and lora_B is [{string.Join(", ", b.Shape)}].",
                file.Path, "Configuration and weights must come from one save.");
        }

        if (!IsFloat(a.Type) || !IsFloat(b.Type))
            throw new HoneException(ExitCode.Model, $"{Excerpt.Of(module)} is stored as {a.Type} and {b.Type}, not as F32, BF16 or F16.", file.Path);
    }

    // A tensor stored in full often only accompanies another feature, so it is named last.
    private HoneException Unknown(List<string> names)
    {
        var (_, name, feature) = names.Select(n => (Index: Array.FindIndex(Features, f => n.Contains(f.Mark, StringComparison.Ordinal)), Name: n))
            .OrderBy(hit => hit.Index).Select(hit => (hit.Index, hit.Name, Features[hit.Index].Feature)).First();
        return new HoneException(ExitCode.Model, $"The adapter file holds {Excerpt.Of(name)}: {feature}, which is not supported.", file.Path,
            "Merge the adapter with the tool that made it, or train it without this feature.");
    }

    private HoneException Misfit(string what) =>
        new(ExitCode.Model, $"The adapter doesn't fit the model: it {what}.", folder, "Use the base model that the adapter was trained on.");

    private static bool IsFloat(DType type) => type is DType.F32 or DType.BF16 or DType.F16;

    private static string? ModuleOf(string key, string suffix) =>
        key.StartsWith(KeyPrefix, StringComparison.Ordinal) && key.EndsWith(suffix, StringComparison.Ordinal) && key.Length > KeyPrefix.Length + suffix.Length
            ? key[KeyPrefix.Length..^suffix.Length]
            : null;
}

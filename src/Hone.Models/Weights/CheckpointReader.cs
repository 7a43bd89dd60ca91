using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>
/// The weights of a model folder: <c>model.safetensors</c>, or the shards that <c>model.safetensors.index.json</c> lists.
/// Files are mapped, nothing is copied. Thread-safe once opened.
/// </summary>
public sealed class CheckpointReader : IDisposable
{
    internal const string SingleFileName = "model.safetensors";

    private const int NamesInMessage = 8;

    private readonly List<SafetensorsFile> files = [];
    private readonly Dictionary<string, StoredTensor> tensors = [];

    private CheckpointReader(string folder) => Folder = folder;

    /// <summary>Opens and checks every file of the checkpoint.</summary>
    /// <exception cref="HoneException">A file is missing, or something in it is not as it must be.</exception>
    public static CheckpointReader Open(string folder)
    {
        var reader = new CheckpointReader(folder);
        try
        {
            reader.OpenFiles();
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Names of all tensors, in ordinal order.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>Bytes of all tensors as stored.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>True when the checkpoint has the tensor.</summary>
    public bool Contains(string name) => tensors.ContainsKey(name);

    /// <summary>The tensor, whatever its shape.</summary>
    /// <exception cref="HoneException">There is no such tensor.</exception>
    public StoredTensor Get(string name)
    {
        if (tensors.TryGetValue(name, out var tensor)) return tensor;
        var near = Suggestion.Nearest(name, Names);
        throw new HoneException(ExitCode.Model, $"The checkpoint has no tensor {Excerpt.Of(name)}.", Folder, near is null ? null : $"The nearest name that it has is {near}.");
    }

    /// <summary>The tensor of a slot.</summary>
    /// <exception cref="HoneException">It is missing, or its shape differs (both are named), or it is not floating point.</exception>
    public StoredTensor Get(TensorSlot slot)
    {
        var tensor = Get(slot.Name);
        return Difference(slot, tensor) is { } difference ? throw new HoneException(ExitCode.Model, difference, Folder, "Weights and config.json are not of one model.") : tensor;
    }

    /// <summary>
    /// Checks that the checkpoint is a model of this spec: no tensor missing, none of another shape, none unexpected.
    /// A copy of a tied head and the rotary tables of old releases are allowed.
    /// </summary>
    /// <exception cref="HoneException">Lists what differs.</exception>
    public void RequireModel(DecoderSpec spec)
    {
        var slots = spec.Tensors().ToDictionary(slot => slot.Name);
        var missing = slots.Keys.Where(name => !tensors.ContainsKey(name)).ToList();
        var unexpected = Names.Where(name => !slots.ContainsKey(name) && !IsHarmless(name, spec)).ToList();
        var different = slots.Values.Where(slot => tensors.ContainsKey(slot.Name))
            .Select(slot => Difference(slot, tensors[slot.Name])).OfType<string>().ToList();
        if (missing.Count + unexpected.Count + different.Count == 0) return;

        var parts = new List<string>();
        if (missing.Count > 0) parts.Add($"{missing.Count} missing ({Few(missing)}).");
        if (unexpected.Count > 0) parts.Add($"{unexpected.Count} unexpected ({Few(unexpected)}).");
        if (different.Count > 0) parts.Add(string.Join(' ', different.Take(NamesInMessage)));
        throw new HoneException(ExitCode.Model, $"The weights are not those of the model in config.json: {string.Join(' ', parts)}", Folder,
            "Check that weights and config.json belong together.");
    }

    /// <summary>Unmaps the files. Every <see cref="StoredTensor"/> of this reader is then invalid.</summary>
    public void Dispose()
    {
        tensors.Clear();
        Names = [];
        foreach (var file in files) file.Dispose();
        files.Clear();
    }

    private void OpenFiles()
    {
        var single = Path.Combine(Folder, SingleFileName);
        var index = Path.Combine(Folder, CheckpointIndex.FileName);
        if (File.Exists(single)) OpenSingle(single);
        else if (File.Exists(index)) OpenShards(index);
        else throw NoWeights();
        Names = [.. tensors.Keys.Order(StringComparer.Ordinal)];
        TotalBytes = tensors.Values.Sum(tensor => tensor.Data.ByteCount);
    }

    private void OpenSingle(string path)
    {
        files.Add(SafetensorsFile.Open(path));
        foreach (var tensor in files[0].Tensors) tensors.Add(tensor.Name, tensor);
    }

    private void OpenShards(string index)
    {
        var shards = CheckpointIndex.Read(index);
        var names = shards.Values.Distinct().Order(StringComparer.Ordinal).ToList();
        var missing = names.Where(name => !File.Exists(Path.Combine(Folder, name))).ToList();
        if (missing.Count > 0)
            throw new HoneException(ExitCode.Model, $"{missing.Count} of {names.Count} weight files are missing: {Few(missing)}.", Folder, "Fetch the missing files.");

        var opened = new Dictionary<string, SafetensorsFile>();
        foreach (var name in names)
        {
            files.Add(SafetensorsFile.Open(Path.Combine(Folder, name)));
            opened.Add(name, files[^1]);
        }

        foreach (var (name, shard) in shards)
        {
            var tensor = opened[shard].Find(name)
                ?? throw new HoneException(ExitCode.Model, $"The index says that {Excerpt.Of(shard)} holds {Excerpt.Of(name)}, but it doesn't.", index, "Fetch the files again; they are not of one save.");
            tensors.Add(name, tensor);
        }
    }

    private HoneException NoWeights()
    {
        if (!Directory.Exists(Folder)) return new HoneException(ExitCode.Model, "The model folder does not exist.", Folder, "Check the path given as model.");
        var other = Directory.EnumerateFiles(Folder, "*.bin").Select(Path.GetFileName).Order(StringComparer.Ordinal).FirstOrDefault();
        return other is null
            ? new HoneException(ExitCode.Model, $"The folder has no {SingleFileName} and no {CheckpointIndex.FileName}.", Folder, "Fetch the weights of the model.")
            : new HoneException(ExitCode.Model, $"The folder has {other}, but no safetensors weights, and only these can be read.", Folder, "Convert the model to safetensors.");
    }

    private static string? Difference(TensorSlot slot, StoredTensor tensor)
    {
        if (!slot.Shape.SequenceEqual(tensor.Shape))
            return $"{slot.Name}: config.json expects [{string.Join(", ", slot.Shape)}], the file has [{string.Join(", ", tensor.Shape)}].";
        return tensor.Type is DType.F32 or DType.BF16 or DType.F16 ? null : $"{slot.Name} is stored as {tensor.Type}, not as F32, BF16 or F16.";
    }

    private static bool IsHarmless(string name, DecoderSpec spec) =>
        (spec.TieWordEmbeddings && name == "lm_head.weight") || name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);

    private static string Few(List<string> names) =>
        string.Join(", ", names.Take(NamesInMessage).Select(Excerpt.Of)) + (names.Count > NamesInMessage ? ", …" : "");
}

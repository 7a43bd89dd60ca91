using Hone.Models.Adapters;
using Hone.Models.Blocks;
using Hone.Tensors;

namespace Hone.Models;

/// <summary>The low-rank adapter of a decoder.</summary>
public sealed partial class Decoder
{
    private readonly List<Parameter> adapterParameters = [];
    private Arena? adapterArena;
    private BufferLedger? adapterLedger;

    /// <summary>The tensors of the adapter, module by module, A before B; empty without one.</summary>
    public IReadOnlyList<Parameter> AdapterParameters => adapterParameters;

    /// <summary>Settings of the adapter, or null.</summary>
    public PeftConfig? Adapter { get; private set; }

    /// <summary>
    /// Attaches a fresh adapter that is trained: A uniform in ±1/√K (PEFT's Kaiming uniform with a = √5), B zero, so that the
    /// model starts as it was.
    /// </summary>
    /// <param name="config">Ranks, strengths and targets.</param>
    /// <param name="seed">The same seed gives the same A.</param>
    /// <exception cref="HoneException">A target matches no layer (exit code 2).</exception>
    public void AddLora(PeftConfig config, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(config);
        var targets = TargetModules.Resolve(Spec, config).ToHashSet(StringComparer.Ordinal);
        BeginAdapter(config);
        foreach (var layer in Linears.Where(l => targets.Contains(l.Path)))
        {
            var pair = Attach(layer, config, config.RankOf(layer.Path), trainable: true);
            if (IsOutline) continue;
            var bound = 1 / MathF.Sqrt(layer.Inputs);
            Kernels.FillUniform(pair.A.Value, -bound, bound, seed, CounterRandom.Stream("lora " + layer.Path));
        }
    }

    /// <summary>Attaches an adapter from a PEFT folder.</summary>
    /// <param name="folder">Folder with <c>adapter_config.json</c> and <c>adapter_model.safetensors</c>.</param>
    /// <param name="trainable">Whether training goes on with it.</param>
    /// <exception cref="HoneException">The files are damaged or do not fit the model (exit code 4).</exception>
    public void LoadAdapter(string folder, bool trainable)
    {
        using var file = PeftAdapterFile.Read(folder);
        file.RequireFits(Spec);
        BeginAdapter(file.Config);
        foreach (var layer in Linears)
        {
            if (!file.Modules.TryGetValue(layer.Path, out var stored)) continue;
            var pair = Attach(layer, file.Config, stored.A.Data.Rows, trainable);
            if (IsOutline) continue;
            Kernels.Copy(stored.A.Data, pair.A.Value);
            Kernels.Copy(stored.B.Data, pair.B.Value);
        }
    }

    /// <summary>Says what model the adapter is for from now on, in the files that are saved.</summary>
    /// <param name="model">Folder or id of the base model.</param>
    /// <param name="revision">Revision of a model on a hub; null for its main branch.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    public void NameBaseModel(string model, string? revision) =>
        Adapter = (Adapter ?? throw new InvalidOperationException("The model has no adapter.")) with { BaseModel = model, Revision = revision };

    /// <summary>Writes the adapter as PEFT does.</summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="type">Element type in the file; F32 keeps every bit.</param>
    /// <exception cref="InvalidOperationException">The model has no adapter.</exception>
    /// <exception cref="HoneException">A file can't be written; the one that was there before is unharmed.</exception>
    public void SaveAdapter(string folder, DType type = DType.F32)
    {
        if (Adapter is null) throw new InvalidOperationException("The model has no adapter.");
        Directory.CreateDirectory(folder);
        PeftAdapterFile.Write(folder, Adapter, Linears.Where(l => l.Lora is not null).Select(l => (l.Path, l.Lora!.A.Value, l.Lora.B.Value)), type);
    }

    /// <summary>
    /// Adds s·B·A to the weight of every adapted layer, in F32, and drops the adapter. The weights of adapted layers become F32
    /// copies of their own.
    /// </summary>
    public void MergeAdapter()
    {
        foreach (var layer in Linears)
        {
            if (layer.Lora is not { } lora) continue;
            if (layer.Weight.Value.Type != DType.F32 || MappedBytes > 0)
            {
                var stored = layer.Weight.Value;
                var own = valueLedger.Take("weights", stored.Rows, stored.Columns);
                Kernels.Copy(stored, own);
                layer.Weight.Value = own;
            }

            Kernels.MergeLowRank(layer.Weight.Value, lora.A.Value, lora.B.Value, lora.Scale);
        }

        RemoveAdapter();
    }

    /// <summary>Drops the adapter: the model is the base model again.</summary>
    public void RemoveAdapter()
    {
        foreach (var layer in Linears) layer.Lora = null;
        adapterParameters.Clear();
        Adapter = null;
        adapterArena?.Dispose();
        adapterArena = null;
        adapterLedger = null;
    }

    private void BeginAdapter(PeftConfig config)
    {
        if (Adapter is not null) throw new InvalidOperationException("The model already has an adapter.");
        Adapter = config;
        adapterArena = IsOutline ? null : Kernels.CreateArena("adapter");
        adapterLedger = new BufferLedger(adapterArena);
    }

    private LoraPair Attach(LinearLayer layer, PeftConfig config, int rank, bool trainable)
    {
        var pair = new LoraPair(
            AdapterParameter(layer.Path + ".lora_A.weight", rank, layer.Inputs, trainable),
            AdapterParameter(layer.Path + ".lora_B.weight", layer.Outputs, rank, trainable),
            (float)config.ScalingOf(layer.Path), (float)config.LoraDropout);
        layer.Lora = pair;
        return pair;
    }

    private Parameter AdapterParameter(string name, int rows, int columns, bool trainable)
    {
        var parameter = new Parameter(name, [rows, columns], adapterLedger!.Take("adapter", rows, columns));
        if (trainable) parameter.Gradient = adapterLedger.Take("gradients of the adapter", rows, columns);
        adapterParameters.Add(parameter);
        return parameter;
    }
}

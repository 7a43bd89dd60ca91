using Hone.Hub;
using Hone.Inference;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Settings;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;
using Hone.Training;

namespace Hone.Cli;

/// <summary>The parts of a model folder that a verb runs, with their device.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly IKernels _kernels;

    private LoadedModel(string folder, string? adapterFolder, IKernels kernels, Decoder decoder, Tokenizer? tokenizer, TemplateChoice? template)
    {
        Folder = folder;
        AdapterFolder = adapterFolder;
        _kernels = kernels;
        Decoder = decoder;
        Tokenizer = tokenizer;
        Template = template;
    }

    /// <summary>Folder of the model; of the base model when there is an adapter.</summary>
    public string Folder { get; }

    /// <summary>Folder of the adapter; null without one.</summary>
    public string? AdapterFolder { get; }

    public Decoder Decoder { get; }

    /// <summary>The tokenizer; null when the folder has none.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>The chat template; null when the model has none, and nobody named one.</summary>
    public TemplateChoice? Template { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> StopIds => Tokenizer is null ? Decoder.Spec.EndIds : Tokenizer.StopIds(Decoder.Spec.EndIds, Template?.Template);

    /// <param name="settings">The model, and the adapter on it.</param>
    /// <param name="template">A template's name or a Jinja file; null takes the one that the adapter was trained with, or the model's own.</param>
    /// <param name="console">Where it is said that the model is being loaded.</param>
    /// <param name="mustRender">Whether a model without a template gets <see cref="NamedTemplates.Default"/>, since conversations are to be rendered as in training.</param>
    /// <param name="cancellation">Stops fetching a model from a hub.</param>
    /// <exception cref="HoneException">Files are missing, damaged or do not belong together (exit code 4).</exception>
    public static LoadedModel Open(ModelSettings settings, string? template, CliConsole console, bool mustRender = false, CancellationToken cancellation = default)
    {
        var hub = DownloadDisplay.Access(console, settings.UseHf);
        var adapter = settings.Adapters is { } a ? ModelFolders.Find(a, ModelParts.Adapter, null, hub, cancellation) : null;
        var folder = ModelFolders.Find(settings.Model ?? ChatModel.BaseModelOf(adapter), ModelParts.Whole, settings.ModelRevision, hub, cancellation);
        var spec = DecoderSpec.Load(folder);
        var tokenizer = Tokenizer.LoadIfPresent(folder);
        tokenizer?.RequireFits(spec.VocabularySize, folder);
        var catalog = Registrations.Of(settings).Templates;
        var choice = mustRender ? TemplateChoice.FindOrDefault(template, folder, adapter, catalog) : TemplateChoice.Find(template, folder, adapter, catalog);
        console.Status("loading the model…");
        IKernels? kernels = null;
        Decoder? decoder = null;
        try
        {
            kernels = new CpuKernels(settings.Threads ?? 0);
            decoder = Decoder.Load(folder, kernels, trainable: false);
            if (adapter is not null) decoder.LoadAdapter(adapter, trainable: false);
            return new LoadedModel(folder, adapter, kernels, decoder, tokenizer, choice);
        }
        catch
        {
            decoder?.Dispose();
            kernels?.Dispose();
            throw;
        }
        finally
        {
            console.Status(null);
        }
    }

    public void Dispose()
    {
        Decoder.Dispose();
        _kernels.Dispose();
    }
}

using Hone.Hub;
using Hone.Kernels;
using Hone.Kernels.Cpu;
using Hone.Models;
using Hone.Settings;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;
using Hone.Training;

namespace Hone.Cli;

/// <summary>The parts of a model folder that a verb runs, with their device. Weights come last: what can be wrong without them is found before.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly DescribedModel _model;
    private IKernels? _kernels;
    private Decoder? _decoder;

    private LoadedModel(DescribedModel model, string? adapterFolder, TemplateChoice? template)
    {
        _model = model;
        AdapterFolder = adapterFolder;
        Spec = DecoderSpec.Load(model.Folder);
        Tokenizer = Tokenizer.LoadIfPresent(model.Folder);
        Tokenizer?.RequireFits(Spec.VocabularySize, model.Folder);
        Template = template;
    }

    /// <summary>Folder of the model; of the base model when there is an adapter.</summary>
    public string Folder => _model.Folder;

    /// <summary>Folder of the adapter; null without one.</summary>
    public string? AdapterFolder { get; }

    /// <summary>Shape of the model.</summary>
    public DecoderSpec Spec { get; }

    /// <summary>The model with its adapter; there after <see cref="LoadWeights"/>.</summary>
    public Decoder Decoder => _decoder ?? throw new InvalidOperationException("The weights have not been loaded.");

    /// <summary>The tokenizer; null when the folder has none.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>The chat template; null when the model has none, and nobody named one.</summary>
    public TemplateChoice? Template { get; }

    /// <summary>Tokens that end an answer.</summary>
    public IReadOnlyList<int> StopIds => Tokenizer is null ? Spec.EndIds : Tokenizer.StopIds(Spec.EndIds, Template?.Template);

    /// <summary>Reads all but the weights.</summary>
    /// <param name="settings">The model, and the adapter on it.</param>
    /// <param name="template">A template's name or a Jinja file; null takes the one that the adapter was trained with, or the model's own.</param>
    /// <param name="console">Where downloads are shown.</param>
    /// <param name="mustRender">Whether a model without a template gets <see cref="NamedTemplates.Default"/>, since conversations are to be rendered as in training.</param>
    /// <param name="cancellation">Stops fetching from a hub.</param>
    /// <exception cref="HoneException">Files are missing, damaged or do not belong together (exit code 4).</exception>
    public static LoadedModel Describe(ModelSettings settings, string? template, CliConsole console, bool mustRender = false, CancellationToken cancellation = default)
    {
        var hub = DownloadDisplay.Access(console, settings.UseHf);
        var adapter = AskedModel.Adapter(settings, hub, cancellation);
        var model = AskedModel.Find(settings, adapter, hub, (name, revision) => ModelFolders.Describe(name, revision, hub, cancellation));
        var catalog = Registrations.Of(settings).Templates;
        return new LoadedModel(model, adapter, mustRender ? TemplateChoice.FindOrDefault(template, model.Folder, adapter, catalog) : TemplateChoice.Find(template, model.Folder, adapter, catalog));
    }

    /// <summary>Loads the weights, from a hub if need be, and those of the adapter.</summary>
    /// <param name="threads">Threads that compute; null takes all.</param>
    /// <param name="console">Where it is said that the model is being loaded.</param>
    /// <param name="cancellation">Stops fetching from a hub.</param>
    /// <exception cref="HoneException">Files are missing, damaged or do not belong together (exit code 4).</exception>
    public void LoadWeights(int? threads, CliConsole console, CancellationToken cancellation)
    {
        _model.FetchWeights(cancellation);
        console.Status("loading the model…");
        try
        {
            _kernels = new CpuKernels(threads ?? 0);
            _decoder = Decoder.Load(Folder, _kernels, trainable: false);
            if (AdapterFolder is not null) _decoder.LoadAdapter(AdapterFolder, trainable: false);
        }
        finally
        {
            console.Status(null);
        }
    }

    public void Dispose()
    {
        _decoder?.Dispose();
        _kernels?.Dispose();
    }
}

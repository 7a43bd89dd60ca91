using System.Text.Json.Nodes;
using Hone.Kernels;
using Hone.Models;
using Hone.Models.Adapters;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Inference;

/// <summary>A model that can be talked to: decoder, tokenizer and chat template together.</summary>
public sealed class ChatModel : IDisposable
{
    private readonly bool ownsDecoder;

    /// <summary>Puts a chat model together from parts that somebody else owns.</summary>
    public ChatModel(Decoder decoder, Tokenizer tokenizer, ChatTemplate? template)
    {
        Decoder = decoder;
        Tokenizer = tokenizer;
        Template = template;
    }

    private ChatModel(Decoder decoder, Tokenizer tokenizer, ChatTemplate? template, bool ownsDecoder)
        : this(decoder, tokenizer, template) => this.ownsDecoder = ownsDecoder;

    /// <summary>The decoder.</summary>
    public Decoder Decoder { get; }

    /// <summary>The tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>The chat template; null for a model that only continues text.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>Tokens that end an answer: those of the model's configuration, the tokenizer's end token, and the template's.</summary>
    public IReadOnlyList<int> StopIds => Tokenizer.StopIds(Decoder.Spec.EndIds, Template);

    /// <summary>Loads a model, or an adapter with the model it was trained on.</summary>
    /// <param name="model">Model folder; null takes the one that the adapter names.</param>
    /// <param name="adapter">PEFT adapter folder, or null.</param>
    /// <param name="kernels">The device.</param>
    /// <param name="template">A template's name or a Jinja file; null takes the one that the adapter was trained with, or the model's own.</param>
    /// <exception cref="HoneException">Files are missing, damaged or do not belong together (exit code 4).</exception>
    public static ChatModel Load(string? model, string? adapter, IKernels kernels, string? template = null)
    {
        if (model is null)
        {
            model = BaseModelOf(adapter);
            if (!Directory.Exists(model)) throw new HoneException(ExitCode.Model, $"The adapter's base model '{model}' is not a folder here.", adapter, "Give the folder of the model.");
        }

        var tokenizer = Tokenizer.Load(model);
        var choice = TemplateChoice.Find(template, model, adapter);
        var decoder = Decoder.Load(model, kernels, trainable: false);
        try
        {
            tokenizer.RequireFits(decoder.Spec.VocabularySize, model);
            if (adapter is not null) decoder.LoadAdapter(adapter, trainable: false);
            return new ChatModel(decoder, tokenizer, choice?.Template, ownsDecoder: true);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    /// <summary>The folder that an adapter says it was trained on, or the id of a model on a hub with its revision.</summary>
    /// <param name="adapter">Folder of the adapter.</param>
    /// <param name="revision">Revision of a model on a hub; null takes the one that the adapter names.</param>
    /// <exception cref="HoneException">The adapter can't be read, or names no model that could be found.</exception>
    public static string BaseModelOf(string? adapter, string? revision = null)
    {
        if (adapter is null) throw new HoneException(ExitCode.Usage, "Neither a model nor an adapter is given.", null, "Give --model <folder>.");
        var config = PeftConfig.Load(adapter);
        var named = config.BaseModel;
        if (string.IsNullOrEmpty(named))
            throw new HoneException(ExitCode.Usage, "The adapter doesn't name its base model.", adapter, "Give it with --model <folder>.");
        if (Directory.Exists(named)) return named;
        var beside = Path.Combine(adapter, named);
        if (!Path.IsPathRooted(named) && Directory.Exists(beside)) return beside;
        if (HubId.Parse(named) is { } id && !IsMissingFolder(named, adapter))
        {
            revision ??= id.Revision ?? (config.Revision is "" ? null : config.Revision);
            return revision is null || HubId.IsRevision(revision) ? (id with { Revision = revision }).ToString()
                : throw new HoneException(ExitCode.Model, $"The adapter's base model has the revision '{revision}', which is no name of one.", adapter, "Give the model with --model.");
        }

        throw new HoneException(ExitCode.Model, $"The adapter's base model '{named}' is not a folder here.", adapter, "Give it with --model <folder>.");
    }

    /// <summary>
    /// Whether a name that could be an id was meant as a folder: the first part of it is one. A stranger's model of that name is not fetched.
    /// </summary>
    private static bool IsMissingFolder(string named, string adapter) =>
        named.Split('/') is { Length: > 1 } parts && (Directory.Exists(parts[0]) || Directory.Exists(Path.Combine(adapter, parts[0])));

    /// <summary>The prompt of a conversation, ready for the assistant's turn, as token ids.</summary>
    /// <param name="messages">What was said so far.</param>
    /// <param name="tools">Tool descriptions, or null.</param>
    /// <param name="variables">Further variables for the template, or null.</param>
    public int[] Prompt(JsonArray messages, JsonArray? tools = null, IReadOnlyDictionary<string, JsonNode?>? variables = null)
    {
        var template = Template ?? throw new HoneException(ExitCode.Model, "The model has no chat template.", null, "Give one with --template <name or file.jinja>.");
        var text = MessageSpellings.Render(template, new ChatInput(messages) { Tools = tools, Variables = variables, AddGenerationPrompt = true }).Text;
        return Tokenizer.Encode(text);
    }

    /// <summary>Starts a conversation.</summary>
    /// <param name="options">How answers are generated.</param>
    /// <param name="system">System message, or null for the template's own.</param>
    /// <param name="capacity">Most tokens of the whole conversation; 0 takes the model's limit. Memory is taken as it grows.</param>
    /// <param name="freeBytes">How much more memory it may take beside the bytes that it holds, asked each time before it takes more; null for any.</param>
    public ChatSession StartChat(GenerationOptions options, string? system = null, int capacity = 0, Func<long, long>? freeBytes = null) =>
        new(this, options, system, capacity > 0 ? capacity : Decoder.Spec.MaxPositions, freeBytes);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (ownsDecoder) Decoder.Dispose();
    }
}

using Hone.Hub;
using Hone.Inference;
using Hone.Settings;
using Hone.Training.Planning;

namespace Hone.Cli;

/// <summary><c>hone infer</c>: chat in the terminal, one prompt, or a file of rows.</summary>
internal sealed class InferVerb : Verb<InferSettings>
{
    private const int LongestAnswer = 2048;

    public override string Name => "infer";

    public override string Summary => "Chat with a model, answer one prompt, or a file of rows.";

    public override string Example => "infer --model models/hone-tiny --prompt 'Who are you?'";

    protected override ExitCode Run(InferSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var loaded = LoadedModel.Describe(settings, settings.Template, console, cancellation: cancellation);
        var tokenizer = loaded.Tokenizer
            ?? throw new HoneException(ExitCode.Model, "The model folder has no tokenizer.", loaded.Folder, "Put the tokenizer files of the model into it.");
        var options = Options(settings, loaded);
        var longest = loaded.Spec.MaxPositions;
        if (settings.MaxLength > longest)
            throw new HoneException(ExitCode.Usage, $"max_length is {settings.MaxLength}, the model's longest is {longest}.", null, $"Use at most {longest}.");
        var bulk = settings.ValDataset.Count > 0 ? new BulkInference(settings, console, cancellation) : null;
        loaded.LoadWeights(settings.Threads, console, cancellation);
        using var model = new ChatModel(loaded.Decoder, tokenizer, loaded.Template?.Template);
        using var session = model.StartChat(options, settings.System, settings.MaxLength ?? 0, SystemMemory.AvailableBeside);
        if (bulk is not null)
        {
            bulk.Run(session, cancellation);
            return ExitCode.Done;
        }

        var printer = new AnswerPrinter(session, loaded.Template is not null, settings.Stream, settings.Prompt is null && console.HasKeyboard, console);
        if (loaded.Template is null) console.Notice("The model has no chat template: it continues the text instead of answering. --template default would make it a chat.");
        if (settings.Prompt is { } prompt) printer.Answer(prompt);
        else new ChatLoop(printer, session, console).Run(ModelFolders.NameOf(settings.Adapters ?? settings.Model ?? loaded.Folder));
        return ExitCode.Done;
    }

    /// <summary>What the model's own file says, with what the user says on top.</summary>
    internal static GenerationOptions Options(InferSettings settings, LoadedModel model)
    {
        var own = GenerationOptions.FromModelFolder(model.Folder, model.StopIds, LongestAnswer);
        var drawsByDefault = settings.TopK is not null || settings.TopP is not null;
        return own with
        {
            MaxNewTokens = settings.MaxNewTokens ?? own.MaxNewTokens,
            Temperature = (float)(settings.Temperature ?? (own.Temperature > 0 ? own.Temperature : drawsByDefault ? 1 : 0)),
            TopK = settings.TopK ?? own.TopK,
            TopP = (float)(settings.TopP ?? own.TopP),
            RepetitionPenalty = (float)(settings.RepetitionPenalty ?? own.RepetitionPenalty),
            StopWords = [.. settings.StopWords.Where(w => w.Length > 0)],
            Seed = (ulong)settings.Seed,
        };
    }
}

using System.Globalization;
using System.Text.Json;
using Hone.Data;
using Hone.Data.Rendering;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Hub;
using Hone.Models;
using Hone.Settings;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;
using Hone.Training;
using Hone.Training.Planning;

namespace Hone.Cli;

/// <summary>
/// <c>hone template check</c>: proves that training with a template sees what inference sees, on conversations that are built in or on rows.
/// </summary>
internal sealed class TemplateCheckVerb : Verb<TemplateCheckSettings>
{
    private const int Listed = 10;

    public override string Name => "template check";

    public override string Summary => "Prove that training and inference see the same tokens with a chat template.";

    public override string Example => "template check --model models/hone-tiny --template chatml";

    protected override ExitCode Run(TemplateCheckSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var hub = DownloadDisplay.Access(console, settings.UseHf);
        var adapter = AskedModel.Adapter(settings, hub, cancellation);
        var folder = AskedModel.Find(settings, adapter, hub, (name, revision) => ModelFolders.Find(name, ModelParts.Description, revision, hub, cancellation));
        var tokenizer = Tokenizer.LoadIfPresent(folder)
            ?? throw new HoneException(ExitCode.Model, "The model folder has no tokenizer.", folder, "Put the tokenizer files of the model into it.");
        var choice = TemplateChoice.FindOrDefault(settings.Template, folder, adapter, Registrations.Of(settings).Templates);
        var spec = File.Exists(Path.Combine(folder, "config.json")) ? DecoderSpec.Load(folder) : null;
        var configured = spec?.EndIds ?? [];
        var longest = spec is null ? settings.MaxLength ?? int.MaxValue : RowLength.Of(settings.MaxLength, spec);
        var own = choice.IsTheModels ? null : ChatTemplate.FromModelFolder(folder);
        var check = new TemplateCheck(choice.Template, tokenizer, tokenizer.StopIds(configured, choice.Template), own) { Scope = settings.LossScale.Scope };
        var tooLong = 0;
        var results = settings.Dataset.Count > 0 ? OfRows(check, settings, longest, console, out tooLong, cancellation)
            : [.. SampleConversations.All.Select(c => new Result(c.Name, check.Check(c.Conversation)))];
        if (tooLong > 0) console.Notice(Text($"note: {tooLong:N0} row{(tooLong == 1 ? "" : "s")} left out as longer than max_length {longest:N0}"));
        Report(console, choice, results, tooLong, hasOwn: own is not null, areRows: settings.Dataset.Count > 0);
        var isProven = results.Exists(r => r.Proof.IsProven) && results.TrueForAll(r => r.Proof.Fault is null);
        return isProven ? ExitCode.Done : ExitCode.Data;
    }

    private readonly record struct Result(string Name, TemplateProof Proof)
    {
        public string Verdict => Proof.Refusal is not null ? "refused" : Proof.Fault is not null ? "FAILED" : "proven";

        public string Note => Proof.Refusal ?? Proof.Fault ?? (Proof.Split ? "white space before an answer is a token of its own, as at inference" : "");
    }

    private static List<Result> OfRows(TemplateCheck check, TemplateCheckSettings settings, int longest, CliConsole console, out int tooLong, CancellationToken cancellation)
    {
        using var progress = new WorkProgress(console, "checking", "rows");
        var results = new List<Result>();
        tooLong = 0;
        var options = new DatasetOptions { Columns = RowMapping.ParseColumns(settings.Columns), DatasetInfo = settings.CustomDatasetInfo, System = settings.System };
        foreach (var (location, conversation) in new DatasetSources(settings.CustomDatasetInfo, DownloadDisplay.Access(console, settings.UseHf), Registrations.Of(settings), cancellation).Open(settings.Dataset).Sources.SelectMany(source => ConversationRows.Of(source, options)))
        {
            cancellation.ThrowIfCancellationRequested();
            var proof = check.Check(conversation);
            if (proof.Tokens > longest) tooLong++;
            else results.Add(new Result(location.ToString(), proof));
            progress.Report(results.Count + tooLong);
        }

        if (results.Count == 0 && tooLong > 0)
            throw new HoneException(ExitCode.Data, $"All {tooLong:N0} conversations are longer than max_length {longest:N0}.", string.Join(", ", settings.Dataset), "Raise max_length.");
        return results.Count > 0 ? results
            : throw new HoneException(ExitCode.Data, "The data set has no conversations.", string.Join(", ", settings.Dataset), "Rows of plain text and tokens need no template.");
    }

    private static void Report(CliConsole console, TemplateChoice choice, List<Result> results, int tooLong, bool hasOwn, bool areRows)
    {
        var proven = results.Count(r => r.Proof.IsProven);
        var refused = results.Count(r => r.Proof.Refusal is not null);
        console.Facts(
        [
            ("template", choice.Explanation),
            ("answers", choice.Template.MarksAssistant ? "marked by the template" : "found by rendering"),
            ("proven", Text($"{proven:N0} of {results.Count:N0} {(areRows ? "rows" : "conversations")}; {results.Count - proven - refused:N0} failed, {refused:N0} refused")),
        ]);
        var shown = areRows ? results.Where(r => !r.Proof.IsProven).Take(Listed).ToList() : results;
        if (shown.Count > 0)
        {
            console.Table(hasOwn ? ["conversation", "result", "the model's own", "why"] : ["conversation", "result", "why"],
                [.. shown.Select(r => (IReadOnlyList<string>)(hasOwn ? [r.Name, r.Verdict, Own(r.Proof), r.Note] : [r.Name, r.Verdict, r.Note]))]);
        }

        if (choice.Template.Source.Contains("strftime_now", StringComparison.Ordinal))
            console.Line("The template asks for the date, which is left out of the proof: training writes 26 July 2024 always, inference today's.");
        if (results.Find(r => r.Proof.OwnFault is not null) is { Name: not null } other)
            console.Line($"The model's own template differs, first in \"{other.Name}\": {other.Proof.OwnFault}.");
        console.JsonLine(JsonText.Line(json => Write(json, choice, results, proven, refused, tooLong)));
    }

    private static string Own(TemplateProof proof) => proof.Refusal is not null ? "" : proof.OwnFault is null ? "same" : "differs";

    private static void Write(Utf8JsonWriter json, TemplateChoice choice, List<Result> results, int proven, int refused, int tooLong)
    {
        json.WriteString("template", choice.Template.Name);
        json.WriteString("explanation", choice.Explanation);
        json.WriteNumber("proven", proven);
        json.WriteNumber("failed", results.Count - proven - refused);
        json.WriteNumber("refused", refused);
        json.WriteNumber("too_long", tooLong);
        json.WriteStartArray("conversations");
        foreach (var (name, proof) in results)
        {
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("result", proof.Refusal is not null ? "refused" : proof.Fault is not null ? "failed" : "proven");
            json.WriteString("refusal", proof.Refusal);
            json.WriteNumber("tokens", proof.Tokens);
            json.WriteNumber("answers", proof.Answers);
            json.WriteString("token_fault", proof.TokenFault);
            json.WriteString("end_fault", proof.EndFault);
            json.WriteString("prompt_fault", proof.PromptFault);
            json.WriteString("own_fault", proof.OwnFault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

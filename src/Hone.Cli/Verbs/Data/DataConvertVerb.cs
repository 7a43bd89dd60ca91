using System.Globalization;
using Hone.Data;
using Hone.Data.Conversion;
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

/// <summary><c>hone data convert</c>: rows to conversations, and conversations to MindRecord files of tokens.</summary>
internal sealed class DataConvertVerb : Verb<DataConvertSettings>
{
    public override string Name => "data convert";

    public override string Summary => "Convert rows: Alpaca to conversations, conversations to MindRecord.";

    public override string Example => "data convert --dataset conversations.json --model models/hone-tiny --seq_length 1024 --output data.mindrecord";

    protected override ExitCode Run(DataConvertSettings settings, CliConsole console, CancellationToken cancellation)
    {
        if (Path.GetDirectoryName(Path.GetFullPath(settings.Output!)) is { } folder) DurableFiles.CreateFolder(folder);
        if (settings.Target == ConvertTarget.Conversations) WriteConversations(settings, console, cancellation);
        else WriteMindRecord(settings, console, cancellation);
        return ExitCode.Done;
    }

    private static void WriteConversations(DataConvertSettings settings, CliConsole console, CancellationToken cancellation)
    {
        using var progress = new WorkProgress(console, "converting", "rows");
        var options = new DatasetOptions { Columns = RowMapping.ParseColumns(settings.Columns), DatasetInfo = settings.CustomDatasetInfo };
        var report = ConversationsFile.Write(settings.Output!, Open(settings, console, cancellation), options, settings.AlpacaPrompt, settings.Strict, done =>
        {
            cancellation.ThrowIfCancellationRequested();
            progress.Report(done);
        });
        progress.Dispose();
        var written = report.Rows - report.Rejected.Count;
        console.Facts([("conversations", Text($"{written:N0} of {report.Rows:N0} rows")), ("written to", Paths.Relative(settings.Output!))]);
        LeftOutRows.Print(console, report.Rejected, "left out since they can't be used");
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("written", written);
            json.WriteString("output", settings.Output);
            LeftOutRows.Write(json, "rejected", report.Rejected);
        }));
    }

    private static void WriteMindRecord(DataConvertSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var folder = File.Exists(settings.Model) ? Path.GetDirectoryName(Path.GetFullPath(settings.Model))!
            : ModelFolders.Find(settings.Model!, ModelParts.Description, settings.ModelRevision, DownloadDisplay.Access(console, settings.UseHf), cancellation);
        var tokenizer = Tokenizer.Load(folder);
        // Each token is predicted from those before it, so a row of seq_length predictions has a token more.
        var length = settings.SeqLength + 1;
        var template = TemplateChoice.FindOrDefault(settings.Template, folder, null, Registrations.Of(settings).Templates);
        LoadedDataset data;
        using (var progress = new WorkProgress(console, "tokenizing", "rows"))
        {
            data = Loader(settings, folder, tokenizer, template.Template, length).Load(Open(settings, console, cancellation), progress.Report, cancellation);
        }

        using var tokens = data;
        if (settings.Strict) data.Report.RequireEveryRow();
        var options = new FixedLengthOptions(length, tokenizer.PadId ?? tokenizer.EndId ?? 0, settings.AttentionMask, settings.FilePartition);
        IReadOnlyList<string> paths;
        using (var progress = new WorkProgress(console, "writing", "rows", data.Samples.Count))
        {
            paths = FixedLengthFiles.Write(settings.Output!, data, options, done =>
            {
                cancellation.ThrowIfCancellationRequested();
                progress.Report(done);
            });
        }

        Report(console, data.Report, template, length, paths);
    }

    private static RowSources Open(DataConvertSettings settings, CliConsole console, CancellationToken cancellation) =>
        new DatasetSources(settings.CustomDatasetInfo, DownloadDisplay.Access(console, settings.UseHf), Registrations.Of(settings), cancellation).Open(settings.Dataset);

    private static DatasetLoader Loader(DataConvertSettings settings, string folder, Tokenizer tokenizer, ChatTemplate template, int length)
    {
        var configured = File.Exists(Path.Combine(folder, "config.json")) ? DecoderSpec.Load(folder).EndIds : [];
        return new DatasetLoader(tokenizer, template, tokenizer.StopIds(configured, template), new DatasetOptions
        {
            Scope = settings.LossScale.Scope,
            LossRules = settings.LossScale.Rules,
            Columns = RowMapping.ParseColumns(settings.Columns),
            DatasetInfo = settings.CustomDatasetInfo,
            System = settings.System,
            ModelName = settings.ModelName,
            ModelAuthor = settings.ModelAuthor,
            MaxLength = length,
            Truncation = RowChoices.Of(settings.TruncationStrategy),
            Threads = settings.Threads,
            EndId = tokenizer.EndId ?? (configured.Count > 0 ? configured[0] : null),
        });
    }

    private static void Report(CliConsole console, DatasetReport report, TemplateChoice template, int length, IReadOnlyList<string> paths)
    {
        console.Facts(
        [
            ("template", template.Explanation),
            ("rows", Text($"{report.Samples:N0} of {report.Rows:N0}, {length:N0} tokens each")),
            ("tokens", Text($"{report.Tokens:N0} without padding, {report.LearnedTokens:N0} of them learned")),
            ("written to", string.Join(", ", paths.Select(Paths.Relative))),
        ]);
        LeftOutRows.Print(console, report);
        if (report.TurnsWithoutEnd > 0) console.Notice(Text($"note: {report.TurnsWithoutEnd:N0} answers have no end token that is learned"));
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteNumber("rows", report.Rows);
            json.WriteNumber("written", report.Samples);
            json.WriteNumber("length", length);
            json.WriteNumber("tokens", report.Tokens);
            json.WriteNumber("learned_tokens", report.LearnedTokens);
            json.WriteStartArray("output");
            foreach (var path in paths) json.WriteStringValue(path);
            json.WriteEndArray();
            LeftOutRows.Write(json, report);
        }));
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

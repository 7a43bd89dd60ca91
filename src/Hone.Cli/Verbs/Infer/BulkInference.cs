using System.Globalization;
using System.Text;
using System.Text.Json;
using Hone.Data;
using Hone.Data.Sources;
using Hone.Inference;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary>Answers every row of files. An answer is on disk as soon as it is there, so that an interrupted run keeps its work.</summary>
internal sealed class BulkInference
{
    private readonly InferSettings settings;
    private readonly CliConsole console;
    private readonly List<Question> questions;

    /// <summary>Reads all rows, before a weight is loaded and the first answer is paid for: what is wrong must not come to light after an hour.</summary>
    /// <exception cref="HoneException">A row can't be used, or the result file exists.</exception>
    public BulkInference(InferSettings settings, CliConsole console, CancellationToken cancellation)
    {
        (this.settings, this.console) = (settings, console);
        if (Path.Exists(settings.ResultPath)) throw Exists(settings.ResultPath);
        questions = ReadQuestions(cancellation);
    }

    private readonly record struct Question(JsonElement Row, PromptRow Prompt, RowLocation Location);

    /// <summary>Answers them.</summary>
    public void Run(ChatSession session, CancellationToken cancellation)
    {
        using var file = settings.ResultPath is { } path ? Create(path) : null;
        var writer = file ?? console.Out;
        var tokens = 0L;
        var failed = 0;
        using var progress = new WorkProgress(console, "answering", "rows", questions.Count, isQuiet: file is null && console.IsTerminal);
        for (var i = 0; i < questions.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var answer = Ask(session, questions[i], cancellation, out var error);
            tokens += answer?.Tokens ?? 0;
            if (error is not null) console.Notice($"warning: {questions[i].Location} has no answer: {error}");
            if (answer?.Reason == StopReason.Memory) console.Notice($"warning: {questions[i].Location}: {AnswerPrinter.OutOfMemory}");
            failed += answer is null ? 1 : 0;
            writer.Write(Result(questions[i], answer, error));
            writer.Write('\n');
            writer.Flush();
            progress.Report(i + 1, Text($"{tokens / progress.Elapsed.TotalSeconds:N0} tokens/s"));
        }

        if (file is null) return;
        console.Line(Text($"{questions.Count - failed:N0} answers, {tokens:N0} tokens, {tokens / progress.Elapsed.TotalSeconds:N0} tokens/s: {Paths.Relative(settings.ResultPath!)}"));
        console.JsonLine(JsonText.Line(json =>
        {
            json.WriteNumber("answers", questions.Count - failed);
            json.WriteNumber("failed", failed);
            json.WriteNumber("tokens", tokens);
            json.WriteNumber("seconds", progress.Elapsed.TotalSeconds);
            json.WriteString("result_path", settings.ResultPath);
        }));
    }

    private List<Question> ReadQuestions(CancellationToken cancellation)
    {
        var questions = new List<Question>();
        var choice = new DatasetOptions { Seed = (ulong)settings.Seed };
        foreach (var row in new DatasetSources(null, DownloadDisplay.Access(console, settings.UseHf), Registrations.Of(settings), cancellation).Open(settings.ValDataset).Read(choice))
        {
            var reason = row.Error;
            var prompt = reason is null ? PromptRow.Parse(row.Json, out reason) : null;
            if (prompt is null) throw new HoneException(ExitCode.Data, $"The row can't be used: {reason}.", row.Location.ToString(), "Mend the row or take it out.");
            questions.Add(new Question(row.Json, prompt, row.Location));
        }

        return questions.Count > 0 ? questions
            : throw new HoneException(ExitCode.Data, "The data set is empty.", string.Join(", ", settings.ValDataset), "Check that the file holds rows.");
    }

    /// <summary>The answer, or why there is none: a row that does not fit must not cost the answers to the others.</summary>
    private static ChatAnswer? Ask(ChatSession session, in Question question, CancellationToken cancellation, out string? error)
    {
        error = null;
        try
        {
            return session.Answer(question.Prompt.Messages, question.Prompt.Tools, question.Prompt.Variables, cancellation);
        }
        catch (HoneException e) when (e.ExitCode is ExitCode.Usage or ExitCode.Memory)
        {
            error = e.Message;
            return null;
        }
        catch (HoneException e) when (e.ExitCode is ExitCode.Data)
        {
            throw new HoneException(ExitCode.Data, e.Message, question.Location.ToString(), e.Fix, e);
        }
    }

    private static string Result(Question question, ChatAnswer? answer, string? error) => JsonText.Line(json =>
    {
        json.WriteString("response", answer?.Text);
        if (error is not null) json.WriteString("error", error);
        if (question.Prompt.Reference is { } reference) json.WriteString("labels", reference);
        json.WriteString("finish_reason", answer is null ? "error" : AnswerPrinter.Reason(answer.Reason));
        foreach (var field in question.Row.EnumerateObject())
        {
            if (field.Name is not ("response" or "labels" or "finish_reason" or "error")) field.WriteTo(json);
        }
    });

    private static StreamWriter Create(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            return new StreamWriter(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read), new UTF8Encoding(false));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(path)) throw Exists(path);
            throw new HoneException(ExitCode.Usage, "The result file can't be written: " + e.Message, path, "Choose another --result_path.", e);
        }
    }

    private static HoneException Exists(string path) => new(ExitCode.Usage, "The result file exists already.", path, "Choose another --result_path, or remove the file.");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

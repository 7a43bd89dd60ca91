using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hone.Data.Ledger;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Data.Sources;

namespace Hone.Data.Conversion;

/// <summary>What became of the rows of a conversion.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Rejected">Rows left out, and why.</param>
public sealed record ConversionReport(int Rows, Listing<RowError> Rejected);

/// <summary>
/// Writes conversations as FastChat and the MindSpore guide have them: <c>id</c>, and <c>conversations</c> of <c>from</c> (human, gpt)
/// and <c>value</c>. Tools, loss weights and whatever else a message has are kept, so that reading the file gives the same rows.
/// </summary>
public static class ConversationsFile
{
    private const int FlushAt = 1 << 16;

    private static readonly JsonWriterOptions Indented = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true, NewLine = "\n" };
    private static readonly JsonWriterOptions OneLine = Indented with { Indented = false };

    /// <summary>Writes the rows that are conversations: an array, or a row a line when the name ends in <c>.jsonl</c>.</summary>
    /// <param name="path">The file; it appears when it is whole.</param>
    /// <param name="sources">Rows of any form.</param>
    /// <param name="options">Names of columns, and how rows are drawn.</param>
    /// <param name="alpacaPrompt">Whether the question of an Alpaca row goes into Alpaca's prompt, as the guide's converter does.</param>
    /// <param name="strict">Whether a row that can't be used stops the conversion.</param>
    /// <param name="progress">Told the number of rows done, now and then.</param>
    /// <exception cref="HoneException">A row can't be used and <paramref name="strict"/> is set, no row can, or the disk refuses.</exception>
    public static ConversionReport Write(string path, RowSources sources, DatasetOptions options, bool alpacaPrompt, bool strict, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(options);
        var info = new DatasetInfo(options.Columns, options.DatasetInfo);
        foreach (var source in sources.Sources) source.Describe(info);
        return Write(path, sources.Read(options), info.Of, alpacaPrompt, strict, progress);
    }

    private static ConversionReport Write(string path, IEnumerable<JsonRow> rows, Func<string, RowMapping> mappingOf, bool alpacaPrompt, bool strict, Action<int>? progress)
    {
        var rejected = new ListingBuilder<RowError>();
        var (read, written) = (0, 0);
        var isLines = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase);
        DurableFiles.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, isLines ? OneLine : Indented);
            if (!isLines) json.WriteStartArray();
            foreach (var row in rows)
            {
                if (++read % 1024 == 0) progress?.Invoke(read);
                if (Read(row, mappingOf, alpacaPrompt, out var error) is not { } conversation)
                {
                    var reason = new RowError(row.Location, error!);
                    if (strict)
                    {
                        throw new HoneException(ExitCode.Data, $"A row can't be used: {reason.Reason}.", row.Location.ToString(),
                            "Mend the row, or leave such rows out with --strict false.");
                    }

                    rejected.Add(reason);
                    continue;
                }

                Write(json, ++written, conversation);
                if (isLines) EndLine(json, stream);
                else if (json.BytesPending > FlushAt) json.Flush();
            }

            if (written == 0)
            {
                throw new HoneException(ExitCode.Data, $"None of the {read} rows is a conversation.", rejected.FirstOrDefault?.ToString(),
                    "Check that the file holds conversations.");
            }

            if (isLines) return;
            json.WriteEndArray();
            json.Flush();
        });
        return new ConversionReport(read, rejected.Build());
    }

    private static Conversation? Read(JsonRow row, Func<string, RowMapping> mappingOf, bool alpacaPrompt, out string? error)
    {
        error = row.Error;
        if (error is not null) return null;
        var content = RowSchema.Parse(row.Json, mappingOf(row.Location.File), out error);
        if (content is Conversation conversation) return alpacaPrompt ? AlpacaPrompt.Apply(row.Json, conversation) : conversation;
        error ??= "the row is no conversation";
        return null;
    }

    private static void Write(Utf8JsonWriter json, int id, Conversation conversation)
    {
        json.WriteStartObject();
        json.WriteString("id", id.ToString(CultureInfo.InvariantCulture));
        if (conversation.Tools is { } tools)
        {
            json.WritePropertyName("tools");
            tools.WriteTo(json);
        }

        json.WriteStartArray("conversations");
        for (var i = 0; i < conversation.Messages.Count; i++) WriteMessage(json, conversation.Messages[i]!.AsObject(), conversation.Weights[i]);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, JsonObject message, float? weight)
    {
        json.WriteStartObject();
        json.WriteString("from", (string?)message["role"] switch
        {
            "user" => "human",
            "assistant" => "gpt",
            "tool" => "observation",
            var role => role,
        });
        foreach (var (key, value) in message)
        {
            if (key == "role") continue;
            json.WritePropertyName(key == "content" ? "value" : key);
            if (value is null) json.WriteNullValue();
            else value.WriteTo(json);
        }

        if (weight is { } number) json.WriteNumber("loss_scale", number);
        json.WriteEndObject();
    }

    private static void EndLine(Utf8JsonWriter json, Stream stream)
    {
        json.Flush();
        json.Reset();
        stream.WriteByte((byte)'\n');
    }
}

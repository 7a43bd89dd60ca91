using System.Text.Json;
using Hone.Data;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Text.Templates;

namespace Hone.Bench.Tokenizing;

/// <summary>The texts that a tokenizer sees in training: each row of a data file, rendered by the model's chat template.</summary>
internal static class RenderedRows
{
    public static string[] Read(string folder, string data)
    {
        var template = ChatTemplate.FromModelFolder(folder) ?? throw new HoneException(ExitCode.Model, "The folder has no chat template.", folder);
        return [.. DataFiles.Read(data).Select(row => Render(template, row.Json))];
    }

    private static string Render(ChatTemplate template, JsonElement row) => RowSchema.Parse(row, out var error) switch
    {
        Conversation c => template.Render(new ChatInput(c.Messages) { Tools = c.Tools }).Text,
        PlainText p => p.Text,
        _ => throw new HoneException(ExitCode.Data, error ?? "A row is no text."),
    };
}

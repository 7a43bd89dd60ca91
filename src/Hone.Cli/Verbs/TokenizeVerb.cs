using System.Text.Json;
using Hone.Hub;
using Hone.Settings;
using Hone.Text.Tokenizers;

namespace Hone.Cli;

/// <summary><c>hone tokenize</c>: a filter from <c>text</c> to <c>ids</c> and <c>decoded</c>.</summary>
internal sealed class TokenizeVerb : Verb<TokenizeSettings>
{
    public override string Name => "tokenize";

    public override string Summary => "Turn texts into token ids: JSON lines in, JSON lines out.";

    public override string Example => "tokenize --model models/hone-tiny --input texts.jsonl";

    protected override ExitCode Run(TokenizeSettings settings, CliConsole console, CancellationToken cancellation)
    {
        var folder = ModelFolders.Find(settings.Model!, ModelParts.Description, settings.ModelRevision, DownloadDisplay.Access(console, settings.UseHf), cancellation);
        var tokenizer = settings.PlainSentencepiece ? Tokenizer.LoadPlain(folder) : Tokenizer.Load(folder);
        new JsonLineFilter(console, settings.Input, settings.Output, "tokenizing").Run((row, json) =>
        {
            var ids = tokenizer.Encode(TextOf(row), settings.AddSpecialTokens);
            json.WriteStartArray("ids");
            foreach (var id in ids) json.WriteNumberValue(id);
            json.WriteEndArray();
            json.WriteString("decoded", tokenizer.Decode(ids));
        }, cancellation);
        return ExitCode.Done;
    }

    private static string TextOf(JsonElement row) => row.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String
        ? text.GetString()!
        : throw new HoneException(ExitCode.Data, "the row has no text in 'text'");
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hone.Text.Templates;

/// <summary>Puts a chat template beside weights, so that whoever loads them uses the template that they were trained with.</summary>
public static class SavedTemplate
{
    /// <summary>The file that holds a template: in a model folder, and beside an adapter.</summary>
    public const string FileName = "chat_template.jinja";

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes the file, as beside an adapter. Templates of model folders win over nothing else there.</summary>
    /// <exception cref="HoneException">The file can't be written.</exception>
    public static void WriteFile(string folder, ChatTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        DurableFiles.CreateFolder(folder);
        DurableFiles.Write(Path.Combine(folder, FileName), stream => stream.Write(Encoding.UTF8.GetBytes(template.Source)));
    }

    /// <summary>
    /// Makes it the template of a model folder, for readers old and new: the file, <c>chat_template</c> in <c>tokenizer_config.json</c>, and
    /// the token that ends its answers among <c>eos_token_id</c> of <c>generation_config.json</c>.
    /// </summary>
    /// <param name="folder">A folder that holds the model's files already.</param>
    /// <param name="template">The template.</param>
    /// <param name="endIds">All tokens that end an answer with this template.</param>
    /// <exception cref="HoneException">A file can't be read or written.</exception>
    public static void WriteToModel(string folder, ChatTemplate template, IReadOnlyList<int> endIds)
    {
        ArgumentNullException.ThrowIfNull(endIds);
        WriteFile(folder, template);
        File.Delete(Path.Combine(folder, "chat_template.json"));
        var tokenizer = Path.Combine(folder, "tokenizer_config.json");
        if (File.Exists(tokenizer)) Edit(tokenizer, fields => fields["chat_template"] = template.Source);
        if (endIds.Count > 0) Edit(Path.Combine(folder, "generation_config.json"), fields => AddEnds(fields, endIds));
    }

    /// <summary>Ids that the file names come first: some readers take the first one to fill rows up.</summary>
    private static void AddEnds(JsonObject fields, IReadOnlyList<int> endIds)
    {
        var named = fields["eos_token_id"] switch
        {
            JsonArray list => list.OfType<JsonValue>().Select(v => v.TryGetValue<int>(out var id) ? id : -1).Where(id => id >= 0).ToList(),
            JsonValue one when one.TryGetValue<int>(out var id) && id >= 0 => [id],
            _ => [],
        };
        var all = named.Union(endIds).ToList();
        if (all.Count == named.Count) return;
        fields["eos_token_id"] = all is [var single] ? single : new JsonArray([.. all.Select(id => JsonValue.Create(id))]);
    }

    private static void Edit(string path, Action<JsonObject> change)
    {
        var fields = File.Exists(path) ? ModelFolderTemplate.ReadConfiguration(path) : [];
        change(fields);
        DurableFiles.Write(path, stream => JsonSerializer.Serialize(stream, fields, s_json));
    }
}

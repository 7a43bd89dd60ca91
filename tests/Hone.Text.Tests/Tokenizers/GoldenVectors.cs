using System.Text.Json;
using Hone.Testing;
using Hone.Text.Tokenizers;

namespace Hone.Text.Tests.Tokenizers;

/// <summary>The reference vectors and the tokenizers they belong to, each loaded once, from each form it is published in.</summary>
internal static class GoldenVectors
{
    private static readonly Dictionary<(string, bool), Lazy<Tokenizer>> Loaded = [];

    public sealed record Vector(string Text, int[] Ids, string Decoded, string? DecodedSkipSpecial, string? Tokenizer);

    public static IEnumerable<Vector> Read(string set) =>
        File.ReadLines(SharedData.PathOf($"golden/tokenizers/{set}.jsonl")).Select(line =>
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            return new Vector(
                root.GetProperty("text").GetString()!,
                [.. root.GetProperty("ids").EnumerateArray().Select(i => i.GetInt32())],
                root.GetProperty("decoded").GetString()!,
                root.TryGetProperty("decoded_skip_special", out var skip) ? skip.GetString() : null,
                root.TryGetProperty("tokenizer", out var name) ? name.GetString() : null);
        });

    /// <summary>
    /// The published folder, or only some of its files: "gpt2:vocab.json,merges.txt". SentencePiece models are plain unless
    /// <paramref name="splitsControls"/>: their vectors were made by SentencePiece alone.
    /// </summary>
    public static Tokenizer Load(string name, bool splitsControls = false)
    {
        lock (Loaded)
        {
            if (!Loaded.TryGetValue((name, splitsControls), out var tokenizer))
                Loaded[(name, splitsControls)] = tokenizer = new Lazy<Tokenizer>(() => LoadFiles(name, !splitsControls));
            return tokenizer.Value;
        }
    }

    /// <summary>Loads a temporary folder that has copies of some files of a published one.</summary>
    private static Tokenizer LoadFiles(string name, bool plain)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return LoadFolder(SharedData.PathOf($"tokenizers/{name}"), plain);
        using var folder = new TemporaryFolder();
        var source = SharedData.PathOf($"tokenizers/{name[..colon]}");
        foreach (var file in (string[])[.. name[(colon + 1)..].Split(','), "tokenizer_config.json", "special_tokens_map.json"])
        {
            if (File.Exists(Path.Combine(source, file))) File.Copy(Path.Combine(source, file), Path.Combine(folder.Path, file));
        }

        return LoadFolder(folder.Path, plain);
    }

    private static Tokenizer LoadFolder(string folder, bool plain) => plain ? Tokenizer.LoadPlain(folder) : Tokenizer.Load(folder);
}

using System.Globalization;

namespace Hone.Models.Weights;

/// <summary>Writes the weights of a model folder as Hugging Face does: same names, same order, same shards.</summary>
public static class CheckpointWriter
{
    /// <summary>Shards are cut so that none has more bytes of tensors than this, unless one tensor alone has.</summary>
    public const long DefaultMaxShardBytes = 5_000_000_000;

    private static readonly string[] SideFiles =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "chat_template.json", "chat_template.jinja", "*.tiktoken",
        "tekken.json", "spiece.model", "sentencepiece.bpe.model", "LICENSE*", "NOTICE*",
    ];

    /// <summary>
    /// Writes <c>model.safetensors</c>, or shards and an index. Each file is written aside, synced and renamed. Weight files
    /// of an earlier save that don't belong to this one are removed at the end.
    /// </summary>
    /// <param name="folder">Created when missing.</param>
    /// <param name="tensors">In the order of <see cref="DecoderSpec.Tensors"/>, which decides the shards.</param>
    /// <param name="maxShardBytes">Where to cut.</param>
    /// <returns>Names of the files written.</returns>
    /// <exception cref="HoneException">A file can't be written; the file of that name that was there before is unharmed.</exception>
    public static IReadOnlyList<string> Save(string folder, IReadOnlyList<TensorToWrite> tensors, long maxShardBytes = DefaultMaxShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxShardBytes, 1);
        DurableFiles.CreateFolder(folder);
        var shards = Cut(tensors, maxShardBytes);
        var written = new List<string>();
        var places = new Dictionary<string, string>();
        for (var i = 0; i < shards.Count; i++)
        {
            var name = shards.Count == 1 ? CheckpointReader.SingleFileName : ShardName(i + 1, shards.Count);
            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i]);
            written.Add(name);
            foreach (var tensor in shards[i]) places.Add(tensor.Name, name);
        }

        if (shards.Count > 1)
        {
            var index = CheckpointIndex.Write(places, tensors.Sum(SafetensorsWriter.BytesOf));
            DurableFiles.Write(Path.Combine(folder, CheckpointIndex.FileName), stream => stream.Write(index));
            written.Add(CheckpointIndex.FileName);
        }

        RemoveStale(folder, written);
        return written;
    }

    /// <summary>
    /// Copies configuration, tokenizer, template and licence files from one model folder to another, never weights.
    /// </summary>
    /// <returns>Names of the files copied, in ordinal order.</returns>
    /// <exception cref="HoneException">A file can't be read or written.</exception>
    public static IReadOnlyList<string> CopySideFiles(string fromFolder, string toFolder)
    {
        if (Path.GetFullPath(fromFolder) == Path.GetFullPath(toFolder)) return [];
        DurableFiles.CreateFolder(toFolder);
        var names = SideFiles.SelectMany(pattern => Directory.EnumerateFiles(fromFolder, pattern))
            .Select(path => Path.GetFileName(path)).Distinct().Order(StringComparer.Ordinal).ToList();
        foreach (var name in names)
        {
            DurableFiles.Write(Path.Combine(toFolder, name), stream =>
            {
                using var source = File.OpenRead(Path.Combine(fromFolder, name));
                source.CopyTo(stream);
            });
        }

        return names;
    }

    // Tensors fill a shard in order. One that is larger than a shard gets its own, and the shard being filled goes on after it.
    private static List<List<TensorToWrite>> Cut(IReadOnlyList<TensorToWrite> tensors, long maxShardBytes)
    {
        var shards = new List<List<TensorToWrite>>();
        var current = new List<TensorToWrite>();
        var currentBytes = 0L;
        foreach (var tensor in tensors)
        {
            var bytes = SafetensorsWriter.BytesOf(tensor);
            if (bytes > maxShardBytes)
            {
                shards.Add([tensor]);
                continue;
            }

            if (currentBytes + bytes > maxShardBytes)
            {
                shards.Add(current);
                current = [];
                currentBytes = 0;
            }

            current.Add(tensor);
            currentBytes += bytes;
        }

        if (current.Count > 0 || shards.Count == 0) shards.Add(current);
        return shards;
    }

    private static string ShardName(int number, int count) =>
        string.Create(CultureInfo.InvariantCulture, $"model-{number:D5}-of-{count:D5}.safetensors");

    // A single file beside new shards would win over them, and old shards would only take room.
    private static void RemoveStale(string folder, List<string> written)
    {
        try
        {
            var stale = Directory.EnumerateFiles(folder, "model-*-of-*.safetensors")
                .Append(Path.Combine(folder, CheckpointReader.SingleFileName))
                .Append(Path.Combine(folder, CheckpointIndex.FileName));
            foreach (var path in stale.ToList().Where(path => !written.Contains(Path.GetFileName(path)))) File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"Weight files of an earlier save can't be removed: {e.Message}", folder, null, e);
        }
    }
}

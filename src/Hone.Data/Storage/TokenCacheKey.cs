using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Tensors;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Storage;

/// <summary>
/// Everything that the tokens of a data set depend on, as one hash. The content of every file counts, read each time: a changed file
/// is noticed whatever its size and date say. So does the program itself, since a newer one may tokenize otherwise.
/// </summary>
internal sealed class TokenCacheKey : IDisposable
{
    private const int ChunkBytes = 1 << 20;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private readonly Action<long>? progress;
    private long hashed;

    private TokenCacheKey(Action<long>? progress)
    {
        this.progress = progress;
        Add("format", TokenCacheFile.Version);
        foreach (var type in (Type[])[typeof(TokenCacheKey), typeof(Tokenizer), typeof(TokenizedSample), typeof(CounterRandom), typeof(CsvHelper.CsvReader)]) Add("program", type.Module.ModuleVersionId.ToString());
        Add("runtime", Environment.Version.ToString());
    }

    /// <summary>The key of rows read with these options; without the content of the data files it stands for what is done with them.</summary>
    /// <param name="sources">Where the rows come from.</param>
    /// <param name="options">How they become samples.</param>
    /// <param name="tokenizerFolder">Folder of the tokenizer; null without one.</param>
    /// <param name="template">The chat template, or null.</param>
    /// <param name="endTokens">Tokens that end an answer.</param>
    /// <param name="withContents">Whether data files count by what they hold.</param>
    /// <param name="progress">Told how many bytes of files were read; null tells nobody.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="HoneException">A data file can't be read.</exception>
    public static byte[] Of(RowSources sources, DatasetOptions options, string? tokenizerFolder, ChatTemplate? template,
        IReadOnlyList<int> endTokens, bool withContents, Action<long>? progress, CancellationToken cancellation)
    {
        using var key = new TokenCacheKey(progress);
        key.Add("options", JsonSerializer.Serialize(options with { Threads = null }));
        key.Add("end tokens", string.Join(' ', endTokens));
        key.Add("template", template?.Source ?? "");
        key.Add("template variables", template is null ? "" : JsonSerializer.Serialize(template.DefaultVariables));
        foreach (var file in tokenizerFolder is null ? [] : Tokenizer.FilesIn(tokenizerFolder)) key.AddFile("tokenizer", Path.GetFileName(file), file, cancellation);
        var descriptions = new DatasetInfo(options.Columns, options.DatasetInfo);
        key.Add("sources", JsonSerializer.Serialize(sources));
        foreach (var path in sources.Sources.SelectMany(s => s.Files))
        {
            foreach (var file in DataFiles.FilesOf(path))
            {
                if (withContents) key.AddFile("data", file, file, cancellation);
                foreach (var description in descriptions.FilesFor(file)) key.AddFile("description", description, description, cancellation);
            }
        }

        return key.hash.GetHashAndReset();
    }

    public void Dispose() => hash.Dispose();

    /// <summary>Each part with its length, so that no two lists of parts are the same bytes.</summary>
    private void Add(string name, string value)
    {
        foreach (var text in (string[])[name, value])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            AddLength(bytes.Length);
            hash.AppendData(bytes);
        }
    }

    private void AddFile(string what, string name, string path, CancellationToken cancellation)
    {
        Add(what, name);
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 0, FileOptions.SequentialScan);
            var buffer = new byte[(int)Math.Clamp(file.Length, 1, ChunkBytes)];
            long total = 0;
            for (int read; (read = file.Read(buffer)) > 0; total += read)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                progress?.Invoke(hashed += read);
            }

            AddLength(total);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Data, "The file can't be opened: " + e.Message, path, "Check the path given to dataset.", e);
        }
    }

    private void AddLength(long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}

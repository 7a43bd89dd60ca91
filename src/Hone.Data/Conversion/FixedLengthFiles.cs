using Hone.Data.MindRecord;

namespace Hone.Data.Conversion;

/// <summary>How samples become rows of one length.</summary>
/// <param name="Length">Tokens of every row; no sample has more.</param>
/// <param name="PadId">Fills the rows up.</param>
/// <param name="WithMask">Whether there is a column <c>attention_mask</c>.</param>
/// <param name="Files">Files that the rows are spread over.</param>
public sealed record FixedLengthOptions(int Length, int PadId, bool WithMask = false, int Files = 1);

/// <summary>Writes samples as the MindRecord files that MindSpore Transformers is fine-tuned with.</summary>
public static class FixedLengthFiles
{
    /// <summary>Writes all samples in order, with the index beside each file.</summary>
    /// <param name="path">The file; several files get a number at the end.</param>
    /// <param name="data">Samples, and where their rows stand.</param>
    /// <param name="options">Length, padding, number of files.</param>
    /// <param name="progress">Told the number of rows done, now and then.</param>
    /// <returns>The paths.</returns>
    /// <exception cref="HoneException">
    /// A sample has loss weights that labels can't express, there are more files than rows, or the disk refuses.
    /// </exception>
    public static IReadOnlyList<string> Write(string path, LoadedDataset data, FixedLengthOptions options, Action<int>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        var total = data.Samples.Count;
        if (options.Files > total) throw new HoneException(ExitCode.Usage, $"{total} rows can't be spread over {options.Files} files.", null, "Ask for fewer files.");
        var paths = MindRecordWriter.ShardPaths(path, options.Files);
        for (var file = 0; file < paths.Count; file++)
        {
            var (start, end) = ((int)((long)total * file / paths.Count), (int)((long)total * (file + 1) / paths.Count));
            MindRecordWriter.Write(paths[file], FixedLengthRows.Schema(options.WithMask), Rows(data, start, end, options, progress),
                new MindRecordOptions { Shards = paths, Shard = file });
        }

        return paths;
    }

    private static IEnumerable<IReadOnlyDictionary<string, object?>> Rows(LoadedDataset data, int start, int end, FixedLengthOptions options, Action<int>? progress)
    {
        for (var i = start; i < end; i++)
        {
            if (i % 1024 == 0) progress?.Invoke(i);
            yield return Row(data, data.Samples[i], options);
        }
    }

    private static IReadOnlyDictionary<string, object?> Row(LoadedDataset data, TokenizedSample sample, FixedLengthOptions options)
    {
        try
        {
            return FixedLengthRows.Of(sample, options.Length, options.PadId, options.WithMask);
        }
        catch (HoneException e) when (e.Where is null)
        {
            throw new HoneException(e.ExitCode, e.Message, data.Locations[sample.Row].ToString(), e.Fix, e);
        }
    }
}

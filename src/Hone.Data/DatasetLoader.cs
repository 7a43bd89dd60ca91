using Hone.Data.Ledger;
using Hone.Data.Readers;
using Hone.Data.Rendering;
using Hone.Data.Schemas;
using Hone.Data.Sources;
using Hone.Data.Storage;
using Hone.Data.Streaming;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data;

/// <summary>Reads files of rows and turns them into tokens with loss weights. Every row is accounted for.</summary>
public sealed class DatasetLoader
{
    private readonly Tokenizer? tokenizer;
    private readonly SegmentTokenizer? segmentTokenizer;
    private readonly SegmentRenderer? renderer;
    private readonly TemplateCheck? check;
    private readonly DatasetOptions options;
    private readonly DatasetInfo info;
    private readonly ChatTemplate? template;
    private readonly IReadOnlyList<int> endTokens;

    /// <summary>Creates a loader.</summary>
    /// <param name="tokenizer">The model's tokenizer; null when only rows with <c>input_ids</c> are read.</param>
    /// <param name="template">Its chat template; null when only plain text or tokens are read.</param>
    /// <param name="endTokens">Ids of the tokens that may end a turn.</param>
    /// <param name="options">Loss scope, lengths, replacements.</param>
    public DatasetLoader(Tokenizer? tokenizer, ChatTemplate? template, IReadOnlyList<int> endTokens, DatasetOptions options)
    {
        (this.tokenizer, this.template, this.endTokens, this.options) = (tokenizer, template, endTokens, options);
        info = new DatasetInfo(options.Columns, options.DatasetInfo);
        if (tokenizer is null) return;
        segmentTokenizer = new SegmentTokenizer(tokenizer, endTokens);
        renderer = template is null ? null : new SegmentRenderer(template, endTokens.Select(id => tokenizer.TokenOf(id) ?? ""))
        {
            Scope = options.Scope,
            Rules = options.LossRules,
            System = options.System,
        };
        if (template is not null && options.ProvesRendering) check = new TemplateCheck(template, tokenizer, endTokens) { Scope = options.Scope };
    }

    /// <summary>Where tokens are kept for the next time; null keeps none.</summary>
    public TokenCache? Cache { get; init; }

    /// <summary>Reads files, each with an optional number of rows to take.</summary>
    /// <param name="files">Paths and counts.</param>
    /// <param name="progress">Told how far it is, now and then.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="HoneException">A file can't be opened, is no JSON at all, or holds no row that can be used (exit code 3).</exception>
    public LoadedDataset Load(IReadOnlyList<(string Path, int? Rows)> files, Action<LoadProgress>? progress = null, CancellationToken cancellation = default) =>
        Load(new RowSources([.. files.Select(f => new RowSource(f.Path, [f.Path], f.Rows))]), progress, cancellation);

    /// <summary>Reads the rows of sources, or takes them from the cache.</summary>
    /// <param name="sources">Where rows come from, and how they are mixed.</param>
    /// <param name="progress">Told how far it is, now and then.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <exception cref="HoneException">A file can't be opened, is no JSON at all, or holds no row that can be used (exit code 3).</exception>
    public LoadedDataset Load(RowSources sources, Action<LoadProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        if (Cache is null || sources.Sources.Any(s => s.IsFromCode)) return Tokenize(sources, progress, cancellation).Data;
        IReadOnlyList<string> files = [.. sources.Sources.SelectMany(s => s.Files).SelectMany(DataFiles.FilesOf)];
        if (!Cache.Wants(files)) return Tokenize(sources, progress, cancellation).Data;
        var before = FileStamps.Of(files);
        var key = TokenCacheKey.Of(sources, options, Cache.TokenizerFolder, template, endTokens, withContents: true, bytes => Tell("looking for kept tokens", bytes, before.Bytes), cancellation);
        if (Cache.Find(key, (bytes, of) => Tell("checking the kept tokens", bytes, of), out var damage, cancellation) is { } found) return found;
        var (data, samples, locations) = Tokenize(sources, progress, cancellation);

        // What was read may be other rows than those of the key, where a file was written meanwhile.
        var kept = before.AreUnchanged() ? Cache.Keep(key, samples, locations, data.Report, (bytes, of) => Tell("keeping the tokens", bytes, of))
            : "not kept: a data file changed while it was read";
        return data with { TokensFrom = damage is null ? kept : $"{kept}; {damage}" };

        void Tell(string what, long bytes, long of) => progress?.Invoke(new LoadProgress(0, 0) { Files = new FileProgress(what, Math.Min(bytes, of), of) });
    }

    /// <summary>Rows that are read, tokenized and packed while they are trained on, again and again.</summary>
    /// <param name="sources">Where rows come from, and how they are mixed.</param>
    /// <param name="stream">Order, batches, packing.</param>
    /// <param name="tokenizerFolder">Folder of the tokenizer, which counts for <see cref="SampleStream.Identity"/>; null without one.</param>
    public SampleStream Stream(RowSources sources, StreamOptions stream, string? tokenizerFolder)
    {
        var identity = TokenCacheKey.Of(sources, options, tokenizerFolder, template, endTokens, withContents: false, null, CancellationToken.None).AsSpan(0, 16);
        return new SampleStream(() => RowsOf(sources, null), new RowTokenizing(Convert, options.Threads), () => new WindowAccount(options, segmentTokenizer), stream, System.Convert.ToHexStringLower(identity));
    }

    /// <summary>The rows of sources that are asked for, as the model sees them; nothing is kept of the others.</summary>
    /// <param name="sources">What was loaded.</param>
    /// <param name="isWanted">Whether the row there is asked for.</param>
    /// <param name="cancellation">Stops reading.</param>
    public IEnumerable<LedgerRow> Show(RowSources sources, Func<RowLocation, bool> isWanted, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sources);
        ArgumentNullException.ThrowIfNull(isWanted);
        foreach (var row in sources.Read(options))
        {
            cancellation.ThrowIfCancellationRequested();
            if (isWanted(row.Location)) yield return RowView.Of(row.Location, Convert(row), options, tokenizer, segmentTokenizer);
        }
    }

    /// <summary>One conversation as it would be trained, for previews and tests.</summary>
    public (int[] Ids, float[] Weights) Tokenize(Conversation conversation)
    {
        var row = Render(conversation);
        return (row.Ids, row.Weights);
    }

    private (LoadedDataset Data, StoredSamples Samples, RowLocations Locations) Tokenize(RowSources sources, Action<LoadProgress>? progress, CancellationToken cancellation)
    {
        using var samples = new SampleWriter(() => CacheFolder.OpenNew(CacheFolder.Path, "samples", anonymous: true));
        var account = new DatasetAccount(options, segmentTokenizer, samples);
        var taken = new int[sources.Sources.Count];
        foreach (var (rows, outcomes) in new RowTokenizing(Convert, options.Threads).Of(RowsOf(sources, taken)))
        {
            cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < rows.Length; i++) account.Add(rows[i].Location, outcomes[i]);
            progress?.Invoke(new LoadProgress(account.Rows, account.Tokens));
        }

        var (stored, locations, report) = account.Close(sources.Sources.Select(s => s.Name));
        report = report with { Sources = [.. sources.Sources.Select((s, i) => new SourceShare(s.Name, taken[i], s.Note))] };
        return (new LoadedDataset(stored, locations, report), stored, locations);
    }

    /// <summary>The rows of sources, whose columns are known from here on.</summary>
    private IEnumerable<JsonRow> RowsOf(RowSources sources, int[]? taken)
    {
        foreach (var source in sources.Sources) source.Describe(info);
        return sources.Read(options, taken);
    }

    private RowOutcome Convert(JsonRow row)
    {
        if (row.Error is not null) return RowOutcome.Rejected(row.Error);
        var content = RowSchema.Parse(row.Json, info.Of(row.Location.File), out var error);
        if (content is null) return RowOutcome.Rejected(error!);
        try
        {
            var tokenized = content switch
            {
                Pretokenized p => CheckVocabulary(p),
                PlainText p => TokenizeText(Placeholders.Replace(p.Text, options)),
                SegmentedText s => TokenizeSegments(s),
                Conversation c => Render(Placeholders.Replace(c, options)),
                _ => throw new InvalidOperationException(content.GetType().Name),
            };
            if (content.Weight != 1)
            {
                foreach (ref var weight in tokenized.Weights.AsSpan()) weight *= content.Weight;
            }

            return new RowOutcome(tokenized, content, null);
        }
        catch (HoneException e) when (e.ExitCode == ExitCode.Data)
        {
            return RowOutcome.Rejected(e.Message.TrimEnd('.'), content);
        }
    }

    private TokenizedRow Render(Conversation conversation)
    {
        RequireTokenizer();
        if (renderer is null) throw new HoneException(ExitCode.Data, "the model has no chat template, and the row is a conversation", null, "Give one with --template.");
        return segmentTokenizer!.Encode(renderer.Render(conversation)) with { Proof = check?.Check(conversation) };
    }

    /// <summary>Nothing is added to segments, and how one ends is the user's own choice: no end token is missed.</summary>
    private TokenizedRow TokenizeSegments(SegmentedText row)
    {
        RequireTokenizer();
        return segmentTokenizer!.Encode([.. row.Segments.Select(s => s with { Text = Placeholders.Replace(s.Text, options) })]) with { Turns = [] };
    }

    private Tokenizer RequireTokenizer() => tokenizer
        ?? throw new HoneException(ExitCode.Data, "the model folder has no tokenizer, so only rows with input_ids can be read");

    private TokenizedRow TokenizeText(string text)
    {
        var tokenizer = RequireTokenizer();
        var ids = new List<int>();
        if (tokenizer.BeginId is { } begin && tokenizer.Encode("", addSpecialTokens: true) is [var first, ..] && first == begin) ids.Add(begin);
        tokenizer.Encode(text, ids);
        if (options.EndId is { } end) ids.Add(end);
        var weights = new float[ids.Count];
        Array.Fill(weights, 1);
        return new TokenizedRow([.. ids], weights, []);
    }

    private TokenizedRow CheckVocabulary(Pretokenized row)
    {
        var limit = options.VocabularySize ?? tokenizer?.VocabularySize ?? int.MaxValue;
        if (Array.FindIndex(row.Ids, id => id >= limit) is >= 0 and var bad)
            throw new HoneException(ExitCode.Data, $"input_ids[{bad}] is {row.Ids[bad]}, the vocabulary has {limit} tokens");
        return new TokenizedRow(row.Ids, row.LossWeights, []);
    }
}

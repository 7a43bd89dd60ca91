namespace Hone.Hub.Apis;

/// <summary>
/// Fetches one file to where it is incomplete: goes on where an earlier try ended, takes no byte more than the hub listed, and checks the
/// content before it counts. Without a checksum nobody could tell whether a rest belongs to what is there: such a file is fetched in one go.
/// </summary>
internal sealed class FileDownload(HubHttp http, HubFile file, Uri address, string incomplete, HubOptions options, Action<long> progress)
{
    private const int BufferBytes = 1 << 17;

    /// <summary>Fetches.</summary>
    /// <exception cref="HubFault">The content can't be had, or is not what the hub listed.</exception>
    /// <exception cref="HoneException">It can't be written.</exception>
    public async Task Run(CancellationToken cancellation)
    {
        for (var spoilt = 0; ; spoilt++)
        {
            await http.Retry(() => FetchRest(cancellation), () => Length, cancellation).ConfigureAwait(false);
            if (file.IsContentOf(incomplete, cancellation)) return;
            File.Delete(incomplete);
            progress(0);
            if (spoilt > 0) throw new HubFault($"{address.Authority} sends a '{file.Path}' whose checksum is not the one it lists") { Kind = FaultKind.Nonsense };
        }
    }

    private long Length => File.Exists(incomplete) ? new FileInfo(incomplete).Length : 0;

    private async Task FetchRest(CancellationToken cancellation)
    {
        var have = Length;
        if (have > file.Size || !file.HasChecksum) have = 0;
        if (have == file.Size && have > 0) return;
        HttpResponseMessage response;
        try
        {
            response = await http.Get(address, have, cancellation).ConfigureAwait(false);
        }
        catch (HubFault e) when (e.Kind == FaultKind.WrongRange && have > 0)
        {
            File.Delete(incomplete);
            throw new HubFault(e.Message, e) { Kind = FaultKind.Unreachable, IsTransient = true };
        }

        using (response)
        {
            // A server may answer with the whole file instead of the rest.
            var isPart = (int)response.StatusCode == 206;
            if (isPart && response.Content.Headers.ContentRange?.From != have) throw WrongPart();
            if (!isPart) have = 0;
            using var output = Open(have);
            await Copy(response, output, have, cancellation).ConfigureAwait(false);
        }
    }

    private async Task Copy(HttpResponseMessage response, FileStream output, long have, CancellationToken cancellation)
    {
        using var input = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var buffer = new byte[BufferBytes];
        var (since, before) = (options.Clock.GetTimestamp(), have);
        for (; ; progress(have))
        {
            var read = await Read(input, buffer, cancellation).ConfigureAwait(false);
            if (read == 0) break;
            have += read;
            if (options.Clock.GetElapsedTime(since) >= options.Patience)
            {
                if (have - before < options.LeastProgress) throw TooSlow(have - before);
                (since, before) = (options.Clock.GetTimestamp(), have);
            }

            if (have > file.Size) throw new HubFault($"{address.Authority} sends more of '{file.Path}' than the {ByteCount.Text(file.Size)} it lists") { Kind = FaultKind.Nonsense };
            Guarded(() => output.Write(buffer, 0, read));
        }

        Guarded(() => output.Flush(flushToDisk: true));
        if (have < file.Size) throw new HubFault($"{address.Authority} ends '{file.Path}' after {ByteCount.Text(have)} of {ByteCount.Text(file.Size)}") { Kind = FaultKind.Unreachable, IsTransient = true };
    }

    private async Task<int> Read(Stream input, byte[] buffer, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(options.Timeout);
        try
        {
            return await input.ReadAsync(buffer, limited.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw HubHttp.Broken(address, e);
        }
    }

    private FileStream Open(long have)
    {
        FileStream? stream = null;
        Guarded(() =>
        {
            stream = new FileStream(incomplete, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            stream.SetLength(have);
            stream.Seek(have, SeekOrigin.Begin);
        });
        return stream!;
    }

    private void Guarded(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HoneException(ExitCode.Other, $"The download can't be written: {e.Message}", incomplete,
                "Free space, or move the cache with HF_HOME or MODELSCOPE_CACHE; what is there already is kept.", e);
        }
    }

    private HubFault TooSlow(long bytes) =>
        new(FormattableString.Invariant($"{address.Authority} sends '{file.Path}' too slowly, {ByteCount.Text(bytes)} in {options.Patience.TotalSeconds:0} s")) { Kind = FaultKind.Unreachable, IsTransient = true };

    private HubFault WrongPart()
    {
        File.Delete(incomplete);
        return new HubFault($"{address.Authority} sends another part of '{file.Path}' than was asked for") { Kind = FaultKind.Unreachable, IsTransient = true };
    }
}

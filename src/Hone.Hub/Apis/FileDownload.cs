using System.Security.Cryptography;
using System.Text;

namespace Hone.Hub.Apis;

/// <summary>
/// Fetches one file to where it is incomplete: goes on where an earlier try ended, takes no byte more than the hub listed, and checks the
/// content before it counts. Without a checksum nobody could tell whether a rest belongs to what is there: such a file is fetched in one go.
/// </summary>
internal sealed class FileDownload(HubHttp http, HubFile file, Uri address, string incomplete, TimeSpan timeout, Action<long> progress)
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
            if (await IsRight(cancellation).ConfigureAwait(false)) return;
            File.Delete(incomplete);
            progress(0);
            if (spoilt > 0) throw new HubFault($"{address.Authority} sends a '{file.Path}' whose checksum is not the one it lists") { Kind = FaultKind.Nonsense };
        }
    }

    private bool HasChecksum => file is not { Sha256: null, GitId: null };

    private long Length => File.Exists(incomplete) ? new FileInfo(incomplete).Length : 0;

    private async Task FetchRest(CancellationToken cancellation)
    {
        var have = Length;
        if (have > file.Size || !HasChecksum) have = 0;
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
        for (; ; progress(have))
        {
            var read = await Read(input, buffer, cancellation).ConfigureAwait(false);
            if (read == 0) break;
            have += read;
            if (have > file.Size) throw new HubFault($"{address.Authority} sends more of '{file.Path}' than the {ByteCount.Text(file.Size)} it lists") { Kind = FaultKind.Nonsense };
            Guarded(() => output.Write(buffer, 0, read));
        }

        Guarded(() => output.Flush(flushToDisk: true));
        if (have < file.Size) throw new HubFault($"{address.Authority} ends '{file.Path}' after {ByteCount.Text(have)} of {ByteCount.Text(file.Size)}") { Kind = FaultKind.Unreachable, IsTransient = true };
    }

    private async Task<int> Read(Stream input, byte[] buffer, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(timeout);
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

    private async Task<bool> IsRight(CancellationToken cancellation)
    {
        if (!HasChecksum) return true;
        using var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);

        // Git's name of a content is the SHA-1 of a header and the content.
        if (file.Sha256 is null) hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {file.Size}\0")));
        using var stream = File.OpenRead(incomplete);
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == (file.Sha256 ?? file.GitId);
    }

    private HubFault WrongPart()
    {
        File.Delete(incomplete);
        return new HubFault($"{address.Authority} sends another part of '{file.Path}' than was asked for") { Kind = FaultKind.Unreachable, IsTransient = true };
    }
}

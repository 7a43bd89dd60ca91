namespace Hone.Hub.Caches;

/// <summary>
/// Holds a lock file. On Unix that is <c>flock</c>, as in huggingface_hub, so that its downloads and ours wait for each other. The file stays:
/// whoever deletes it could leave two holders.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private const int PausesUntilNotice = 30;

    /// <param name="path">The lock file.</param>
    /// <param name="notice">Told, once, when the lock is held for more than some seconds.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="HoneException">The file can't be written.</exception>
    public static async Task<IDisposable> Take(string path, Action<string>? notice, CancellationToken cancellation)
    {
        DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
        for (var waits = 1; ; waits++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeld(e))
            {
                if (waits == PausesUntilNotice) notice?.Invoke($"waiting for another process that fetches the same file (it holds {path})");
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new HoneException(ExitCode.Other, $"The cache can't be written: {e.Message}", path, "Move it with HF_HOME or MODELSCOPE_CACHE.", e);
            }
        }
    }

    /// <summary>Whether somebody holds the lock: <c>EWOULDBLOCK</c> of Linux and macOS, a sharing or lock violation of Windows.</summary>
    private static bool IsHeld(IOException e) => (e.HResult & 0xFFFF) is 11 or 35 or 32 or 33;
}

namespace Hone.Hub.Caches;

/// <summary>
/// Holds a lock file. On Unix that is <c>flock</c>, as in huggingface_hub, so that its downloads and ours wait for each other. The file stays:
/// whoever deletes it could leave two holders.
/// </summary>
internal static class FileLock
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<IDisposable> Take(string path, CancellationToken cancellation)
    {
        DurableFiles.CreateFolder(Path.GetDirectoryName(path)!);
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(Pause, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new HoneException(ExitCode.Other, $"The cache can't be written: {e.Message}", path, "Move it with HF_HOME or MODELSCOPE_CACHE.", e);
            }
        }
    }
}

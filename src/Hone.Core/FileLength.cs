namespace Hone;

/// <summary>How long files are. Caches of models are full of links, and <see cref="FileInfo.Length"/> of a link is that of its own few bytes.</summary>
public static class FileLength
{
    /// <summary>Bytes of a file, or of the one that a link leads to.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="IOException">It can't be looked at, or links lead in circles.</exception>
    public static long Of(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is not null && file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target ? target.Length : file.Length;
    }
}

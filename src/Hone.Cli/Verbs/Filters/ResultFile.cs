using System.Text;

namespace Hone.Cli;

/// <summary>A text file that a verb writes beside its place and puts there when it is whole.</summary>
internal sealed class ResultFile : IDisposable
{
    private readonly string _path;
    private readonly string _partial;
    private bool _placed;

    /// <exception cref="HoneException">The file can't be written (exit code 2).</exception>
    public ResultFile(string path)
    {
        _path = path;
        _partial = DurableFiles.NewPartial(path);
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder)
            {
                Directory.CreateDirectory(folder);
                DurableFiles.RemoveAbandoned(folder, Path.GetFileName(path) + ".");
            }

            if (Directory.Exists(path)) throw new IOException("it is a folder");
            Writer = new StreamWriter(_partial, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e, ExitCode.Usage);
        }
    }

    /// <summary>Where the text goes.</summary>
    public StreamWriter Writer { get; }

    /// <summary>Puts the file into its place.</summary>
    public void Place()
    {
        try
        {
            Writer.Dispose();
            File.Move(_partial, _path, overwrite: true);
            _placed = true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e, ExitCode.Other);
        }
    }

    public void Dispose()
    {
        if (_placed) return;
        Try(Writer.Dispose);
        Try(() => File.Delete(_partial));
    }

    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What went wrong first is being reported.
        }
    }

    private HoneException Failed(Exception e, ExitCode code) => new(code, "The file can't be written: " + e.Message, _path, "Choose another file, or free some space.", e);
}

namespace Hone.Text.Tests.Tokenizers;

/// <summary>A folder that goes when it is disposed of.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hone-tokenizer-").FullName;

    public void Dispose()
    {
        // Copies of read-only files are read-only too.
        foreach (var file in Directory.GetFiles(Path)) File.SetAttributes(file, FileAttributes.Normal);
        Directory.Delete(Path, recursive: true);
    }
}

namespace Hone.Training.Tests;

/// <summary>An empty folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("hone-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string Sub(string name) => System.IO.Path.Combine(Path, name);
}

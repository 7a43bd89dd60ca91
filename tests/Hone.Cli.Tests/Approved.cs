using System.Runtime.CompilerServices;

namespace Hone.Cli.Tests;

/// <summary>
/// Compares a text with the approved file of the same name. A text that differs is written beside it as
/// <c>*.received.txt</c>; when the change is meant, rename that file.
/// </summary>
internal static class Approved
{
    public static void Matches(string name, string text)
    {
        var approved = Path.Combine(Folder(), name + ".txt");
        var received = Path.Combine(Folder(), name + ".received.txt");
        var expected = File.Exists(approved) ? File.ReadAllText(approved) : "";
        if (expected == text)
        {
            File.Delete(received);
            return;
        }

        File.WriteAllText(received, text);
        Assert.Fail($"the text differs from Approved/{name}.txt; look at Approved/{name}.received.txt and rename it if it is right:\n{text}");
    }

    private static string Folder([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "Approved");
}

namespace Hone.Cli.Tests;

/// <summary>Does something when a word is first printed.</summary>
internal sealed class WordWatcher(string word, Action action) : StringWriter
{
    private bool done;

    public override void WriteLine(string? value)
    {
        base.WriteLine(value);
        if (done || value?.Contains(word, StringComparison.Ordinal) != true) return;
        done = true;
        action();
    }
}

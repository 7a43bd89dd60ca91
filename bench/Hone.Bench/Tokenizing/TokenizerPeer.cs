using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Hone.Bench.Tokenizing;

/// <summary>
/// Another tokenizer in a process of its own, which encodes the same texts whenever it is asked: <c>bench/tokenizers_peer.mjs</c>,
/// or any program that takes the tokenizer's file and the texts' file, prints its name, and answers each line with
/// "CPU-seconds tokens hash", the hash being h = 31·h + id over all ids, in 32 bits.
/// </summary>
internal sealed class TokenizerPeer : IDisposable
{
    private readonly Process process;

    public TokenizerPeer(string command, string folder, string[] texts)
    {
        TextsPath = Path.GetTempFileName();
        File.WriteAllText(TextsPath, JsonSerializer.Serialize(texts));
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var start = new ProcessStartInfo(words[0]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in words.Skip(1).Append(Path.Combine(folder, "tokenizer.json")).Append(TextsPath)) start.ArgumentList.Add(word);
        process = Process.Start(start)!;
        Name = ReadLine();
    }

    /// <summary>What it calls itself.</summary>
    public string Name { get; }

    private string TextsPath { get; }

    /// <summary>Encodes all texts once.</summary>
    public (double Seconds, int Tokens, int Hash) Round()
    {
        process.StandardInput.WriteLine();
        process.StandardInput.Flush();
        var answer = ReadLine().Split(' ');
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), int.Parse(answer[1], CultureInfo.InvariantCulture), int.Parse(answer[2], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        process.StandardInput.Close();
        process.WaitForExit();
        process.Dispose();
        File.Delete(TextsPath);
    }

    private string ReadLine() => process.StandardOutput.ReadLine() ?? throw new IOException("the peer ended; its error is above");
}

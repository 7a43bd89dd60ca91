using System.Text;
using Hone.Data;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Bench.Tokenizing;

/// <summary>
/// Text to ids on one thread, in tokens and UTF-8 megabytes a CPU second, which is what a core does however busy the machine is:
/// medians of rounds over all texts, in turn with another tokenizer when one is given. The whole way from the file to masked
/// samples is timed too, on one thread and on all.
/// </summary>
internal static class TokenizeBench
{
    public static int Run(string[] args)
    {
        if (args is not [var folder, var data, ..])
        {
            Console.Error.WriteLine("usage: hone-bench tokenize MODEL_FOLDER DATA [--rounds N] [--peer COMMAND]");
            return 2;
        }

        var rounds = Options.Number(args, "--rounds", 9);
        var tokenizer = Tokenizer.Load(folder);
        var texts = RenderedRows.Read(folder, data);
        var bytes = texts.Sum(Encoding.UTF8.GetByteCount);
        using var peer = Options.Text(args, "--peer") is { } command ? new TokenizerPeer(command, folder, texts) : null;
        var (ours, theirs) = (new double[rounds], new double[rounds]);
        var tokens = 0;
        for (var i = -2; i < rounds; i++)
        {
            (var seconds, tokens, var hash) = Round(tokenizer, texts);
            if (i >= 0) ours[i] = seconds;
            if (peer is null) continue;
            (seconds, var theirTokens, var theirHash) = peer.Round();
            if ((theirTokens, theirHash) != (tokens, hash)) throw new InvalidDataException("The peer gives other ids.");
            if (i >= 0) theirs[i] = seconds;
        }

        Console.WriteLine($"{texts.Length} texts, {bytes / 1e6:F2} MB, {tokens} tokens");
        var median = Print("Hone, text to ids", ours, tokens, bytes);
        if (peer is not null)
            Console.WriteLine($"{Print(peer.Name, theirs, tokens, bytes) / median:F1} × as fast as {peer.Name}, with the same ids");

        MeasureLoading(folder, data, tokenizer, rounds, bytes);
        return 0;
    }

    /// <summary>All texts into one packed list of ids.</summary>
    private static (double Seconds, int Tokens, int Hash) Round(Tokenizer tokenizer, string[] texts)
    {
        var clock = new BenchClock(isCpuTime: true);
        var packed = new List<int>(texts.Length * 256);
        var start = clock.Now;
        foreach (var text in texts) tokenizer.Encode(text, packed);
        var seconds = clock.Now - start;
        return (seconds, packed.Count, packed.Aggregate(0, (hash, id) => unchecked((hash * 31) + id)));
    }

    /// <summary>JSON, schema, template, mask and ids.</summary>
    private static void MeasureLoading(string folder, string data, Tokenizer tokenizer, int rounds, int bytes)
    {
        var template = ChatTemplate.FromModelFolder(folder);
        foreach (var threads in new[] { 1, Environment.ProcessorCount })
        {
            var clock = new BenchClock(isCpuTime: threads == 1);
            var loader = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions { Threads = threads });
            var times = new double[rounds];
            var tokens = 0L;
            for (var i = -1; i < rounds; i++)
            {
                var start = clock.Now;
                tokens = loader.Load([(data, null)]).Samples.Sum(s => (long)s.Ids.Length);
                if (i >= 0) times[i] = clock.Now - start;
            }

            Print(threads == 1 ? "Hone, file to masked samples" : $"the same, {threads} threads, wall clock", times, tokens, bytes);
        }
    }

    private static double Print(string name, double[] seconds, long tokens, int bytes)
    {
        Array.Sort(seconds);
        var median = seconds[seconds.Length / 2];
        Console.WriteLine($"{name,-40} {tokens / median * 1e-6,8:F2} M tokens/s {bytes / median * 1e-6,8:F1} MB/s {median * 1e3,8:F1} ms");
        return median;
    }
}

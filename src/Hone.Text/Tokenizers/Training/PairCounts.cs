namespace Hone.Text.Tokenizers.Training;

/// <summary>
/// How often each pair of neighbours occurs, and in which words. The queue may hold outdated counts; they are put right
/// when they come to the top.
/// </summary>
internal sealed class PairCounts
{
    private readonly Dictionary<ulong, Entry> _entries = [];
    private readonly PriorityQueue<ulong, (long Count, ulong Pair)> _queue = new(Comparer<(long Count, ulong Pair)>.Create(Compare));
    private readonly List<ulong> _touched = [];

    /// <summary>Changes the count of a pair in a word.</summary>
    public void Change(int left, int right, long by, int word)
    {
        var pair = ((ulong)(uint)left << 32) | (uint)right;
        if (!_entries.TryGetValue(pair, out var entry)) _entries[pair] = entry = new Entry();
        entry.Count += by;
        if (by > 0 && (entry.Words.Count == 0 || entry.Words[^1] != word)) entry.Words.Add(word);
        if (by > 0 && !entry.Touched)
        {
            entry.Touched = true;
            _touched.Add(pair);
        }
    }

    /// <summary>Queues the pairs that grew since the last call.</summary>
    public void Settle()
    {
        foreach (var pair in _touched)
        {
            var entry = _entries[pair];
            entry.Touched = false;
            _queue.Enqueue(pair, (entry.Count, pair));
        }

        _touched.Clear();
    }

    /// <summary>Takes the most frequent pair (of equals the one with the lowest ids) if it occurs at least twice.</summary>
    public bool TryTakeBest(out int left, out int right, out List<int> words)
    {
        while (_queue.TryDequeue(out var pair, out var priority))
        {
            if (!_entries.TryGetValue(pair, out var entry) || entry.Count < 2) continue;
            if (entry.Count < priority.Count)
            {
                _queue.Enqueue(pair, (entry.Count, pair));
                continue;
            }

            if (entry.Count > priority.Count) continue;
            _entries.Remove(pair);
            (left, right, words) = ((int)(pair >> 32), (int)(uint)pair, entry.Words);
            return true;
        }

        (left, right, words) = (0, 0, []);
        return false;
    }

    private static int Compare((long Count, ulong Pair) a, (long Count, ulong Pair) b) =>
        a.Count != b.Count ? b.Count.CompareTo(a.Count) : a.Pair.CompareTo(b.Pair);

    private sealed class Entry
    {
        public long Count;
        public bool Touched;
        public readonly List<int> Words = [];
    }
}

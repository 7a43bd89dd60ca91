namespace Hone.Text.Tokenizers.Models;

/// <summary>
/// Merges the symbols of a piece: always the pair of lowest rank, the leftmost of equals. Short pieces are scanned; long
/// ones use a heap over a linked list, so that a megabyte of one letter costs n log n.
/// </summary>
internal sealed class MergeWorkspace
{
    private const int LongestScan = 48;
    private readonly PriorityQueue<int, ulong> _queue = new();
    private int[] _ids = new int[256];
    private ulong[] _merges = new ulong[256];
    private int[] _previous = [];
    private int[] _next = [];

    public int Capacity => _ids.Length;

    /// <summary>How many symbols there are.</summary>
    public int Count { get; private set; }

    /// <summary>The symbols.</summary>
    public ReadOnlySpan<int> Ids => _ids.AsSpan(0, Count);

    /// <summary>Begins a new piece.</summary>
    public void Clear() => Count = 0;

    /// <summary>Appends a symbol to the piece.</summary>
    public void Add(int id)
    {
        if (Count == _ids.Length)
        {
            Array.Resize(ref _ids, Count * 2);
            Array.Resize(ref _merges, Count * 2);
        }

        _ids[Count++] = id;
    }

    /// <summary>Merges until nothing merges.</summary>
    public void Merge(MergeTable table)
    {
        for (var i = 0; i + 1 < Count; i++) _merges[i] = table.Find(_ids[i], _ids[i + 1]);
        if (Count <= LongestScan) MergeByScanning(table);
        else MergeByQueue(table);
    }

    private void MergeByScanning(MergeTable table)
    {
        Span<int> ids = _ids.AsSpan(0, Count);
        Span<ulong> merges = _merges.AsSpan(0, Count);
        var pairs = Count - 1;
        while (pairs > 0)
        {
            var best = 0;
            var least = merges[0];
            for (var i = 1; i < pairs; i++)
            {
                // Ranks alone: SentencePiece pieces of equal score have equal ranks, and then the leftmost pair merges.
                if (merges[i] >> 32 >= least >> 32) continue;
                least = merges[i];
                best = i;
            }

            if (least == MergeTable.None) break;
            ids[best] = (int)(uint)least;
            ids[(best + 2)..(pairs + 1)].CopyTo(ids[(best + 1)..]);
            if (best + 1 < pairs) merges[(best + 1)..pairs].CopyTo(merges[best..]);
            pairs--;
            if (best < pairs) merges[best] = table.Find(ids[best], ids[best + 1]);
            if (best > 0) merges[best - 1] = table.Find(ids[best - 1], ids[best]);
        }

        if (Count > 0) Count = pairs + 1;
    }

    private void MergeByQueue(MergeTable table)
    {
        Link();
        while (_queue.TryDequeue(out var at, out var priority))
        {
            // Stale unless the pair at this place still is the one that was queued.
            if (_ids[at] < 0 || _merges[at] == MergeTable.None || _merges[at] >> 32 != priority >> 32) continue;
            var next = _next[at];
            _ids[at] = (int)(uint)_merges[at];
            _ids[next] = -1;
            _next[at] = _next[next];
            if (_next[at] < Count) _previous[_next[at]] = at;
            Queue(table, at);
            if (_previous[at] >= 0) Queue(table, _previous[at]);
        }

        var kept = 0;
        for (var i = 0; i < Count; i = _next[i]) _ids[kept++] = _ids[i];
        Count = kept;
    }

    private void Link()
    {
        if (_next.Length < Count)
        {
            _next = new int[_ids.Length];
            _previous = new int[_ids.Length];
        }

        _queue.Clear();
        _merges[Count - 1] = MergeTable.None;
        for (var i = 0; i < Count; i++)
        {
            _previous[i] = i - 1;
            _next[i] = i + 1;
            if (_merges[i] != MergeTable.None) _queue.Enqueue(i, Priority(_merges[i], i));
        }
    }

    private void Queue(MergeTable table, int at)
    {
        _merges[at] = _next[at] < Count ? table.Find(_ids[at], _ids[_next[at]]) : MergeTable.None;
        if (_merges[at] != MergeTable.None) _queue.Enqueue(at, Priority(_merges[at], at));
    }

    private static ulong Priority(ulong merge, int at) => (merge & 0xFFFFFFFF00000000) | (uint)at;
}

using System.Collections.Concurrent;

namespace Hone.Text.Tokenizers.Models;

/// <summary>Scratch for as many threads as encode at once.</summary>
internal sealed class ScratchPool
{
    private readonly ConcurrentBag<EncodingScratch> _others = [];
    private EncodingScratch? _first;

    public EncodingScratch Rent()
    {
        var scratch = Interlocked.Exchange(ref _first, null);
        if (scratch is null && !_others.TryTake(out scratch)) scratch = new EncodingScratch();
        scratch.Ids.Clear();
        return scratch;
    }

    public void Return(EncodingScratch scratch)
    {
        if (!scratch.WorthKeeping) return;
        if (Interlocked.CompareExchange(ref _first, scratch, null) is null) return;
        if (_others.Count < Environment.ProcessorCount) _others.Add(scratch);
    }
}

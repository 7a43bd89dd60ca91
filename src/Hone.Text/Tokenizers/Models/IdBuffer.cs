namespace Hone.Text.Tokenizers.Models;

/// <summary>A reusable, growing list of ids.</summary>
internal sealed class IdBuffer
{
    private int[] _ids = new int[1024];

    public int Count { get; private set; }

    public int Capacity => _ids.Length;

    public ReadOnlySpan<int> Span => _ids.AsSpan(0, Count);

    public void Clear() => Count = 0;

    public void Add(int id)
    {
        if (Count == _ids.Length) Array.Resize(ref _ids, Count * 2);
        _ids[Count++] = id;
    }

    public void Add(ReadOnlySpan<int> ids)
    {
        if (_ids.Length - Count < ids.Length) Array.Resize(ref _ids, Math.Max(Count * 2, Count + ids.Length));
        ids.CopyTo(_ids.AsSpan(Count));
        Count += ids.Length;
    }
}

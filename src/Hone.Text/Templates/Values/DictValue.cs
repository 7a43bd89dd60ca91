using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>A Python dictionary: keeps the order of insertion, keys equal as in Python (<c>1 == 1.0 == True</c>).</summary>
internal sealed class DictValue
{
    private static readonly object NoneKey = new();

    public DictValue(int capacity = 0) => Entries = new OrderedDictionary<object, object?>(capacity, PythonEquality.Keys);

    private OrderedDictionary<object, object?> Entries { get; }

    public int Count => Entries.Count;

    public IEnumerable<object?> Keys => Entries.Keys.Select(FromKey);

    public IEnumerable<object?> Values => Entries.Values;

    public IEnumerable<KeyValuePair<object?, object?>> Pairs => Entries.Select(e => new KeyValuePair<object?, object?>(FromKey(e.Key), e.Value));

    public bool TryGet(object? key, out object? value) => Entries.TryGetValue(ToKey(key), out value);

    public bool Contains(object? key) => Entries.ContainsKey(ToKey(key));

    public void Set(object? key, object? value) => Entries[ToKey(key)] = value;

    public bool Remove(object? key, out object? value) => Entries.Remove(ToKey(key), out value);

    public void Clear() => Entries.Clear();

    public DictValue Copy()
    {
        var copy = new DictValue(Count);
        foreach (var (key, value) in Entries) copy.Entries.Add(key, value);
        return copy;
    }

    private static object? FromKey(object key) => ReferenceEquals(key, NoneKey) ? null : key;

    /// <summary>Hashing and comparing keys isn't counted as work, so tuples as keys must be small.</summary>
    private static void CheckSize(SequenceValue tuple, ref int room)
    {
        foreach (var item in tuple.Items)
        {
            if (--room < 0) throw new TemplateFailure("a tuple is too big to be a key");
            if (item is DictValue or SequenceValue { Kind: SequenceKind.List }) throw new TemplateFailure($"unhashable type: '{TypeNames.Of(item)}'");
            if (item is SequenceValue inner) CheckSize(inner, ref room);
        }
    }

    private static object ToKey(object? key)
    {
        if (key is DictValue or SequenceValue { Kind: SequenceKind.List })
            throw new TemplateFailure($"unhashable type: '{TypeNames.Of(key)}'");
        var room = Limits.KeyItems;
        if (key is SequenceValue tuple) CheckSize(tuple, ref room);
        return key ?? NoneKey;
    }
}

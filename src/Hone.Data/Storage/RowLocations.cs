using System.Collections;

namespace Hone.Data.Storage;

/// <summary>Where rows stand, eight bytes a row.</summary>
internal sealed class RowLocations : IReadOnlyList<RowLocation>
{
    private readonly List<string> files;
    private readonly Dictionary<string, int> numbers = new(StringComparer.Ordinal);
    private readonly ChunkedList<Place> places;

    public RowLocations(IEnumerable<string> files, ChunkedList<Place> places)
    {
        (this.files, this.places) = ([.. files], places);
        for (var i = 0; i < this.files.Count; i++) numbers.Add(this.files[i], i);
    }

    public RowLocations()
        : this([], new())
    {
    }

    /// <summary>The files by number.</summary>
    public IReadOnlyList<string> Files => files;

    /// <summary>File and row of each.</summary>
    public ChunkedList<Place> Places => places;

    public int Count => places.Count;

    public RowLocation this[int index] => new(files[places[index].File], places[index].Row);

    public void Add(RowLocation location)
    {
        if (!numbers.TryGetValue(location.File, out var file))
        {
            file = files.Count;
            files.Add(location.File);
            numbers.Add(location.File, file);
        }

        places.Add(new Place(file, location.Row));
    }

    public IEnumerator<RowLocation> GetEnumerator()
    {
        for (var i = 0; i < Count; i++) yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal readonly record struct Place(int File, int Row) : IComparable<Place>
    {
        public int CompareTo(Place other) => File != other.File ? File.CompareTo(other.File) : Row.CompareTo(other.Row);
    }
}

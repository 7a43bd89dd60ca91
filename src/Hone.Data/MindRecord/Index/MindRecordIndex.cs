namespace Hone.Data.MindRecord.Index;

/// <summary>Where a row lies: offsets count from the start of its page and include the length before the data.</summary>
/// <param name="RawStart">First byte in the raw page.</param>
/// <param name="RawEnd">One past the last byte there.</param>
/// <param name="Group">Its row group.</param>
/// <param name="BlobPage">Its blob page.</param>
/// <param name="BlobStart">First byte in the blob page.</param>
/// <param name="BlobEnd">One past the last byte there.</param>
internal readonly record struct RowPlace(long RawStart, long RawEnd, int Group, int BlobPage, long BlobStart, long BlobEnd);

/// <summary>
/// The database beside a data file, without which MindSpore doesn't open it: a row of <c>INDEXES</c> for each record, and in
/// <c>SHARD_NAME</c> the name that the data file must have.
/// </summary>
internal sealed class MindRecordIndex
{
    // MindSpore's own statement: readers name these columns.
    private const string Indexes = "CREATE TABLE INDEXES(ROW_ID INT NOT NULL, PAGE_ID_RAW INT NOT NULL, PAGE_OFFSET_RAW INT NOT NULL, "
        + "PAGE_OFFSET_RAW_END INT NOT NULL, ROW_GROUP_ID INT NOT NULL, PAGE_ID_BLOB INT NOT NULL, PAGE_OFFSET_BLOB INT NOT NULL, "
        + "PAGE_OFFSET_BLOB_END INT NOT NULL, PRIMARY KEY(ROW_ID))";

    private readonly SqliteFile file;
    private readonly SqliteTree rows;
    private readonly SqliteTree keys;
    private long count;

    /// <param name="stream">Empty, and seekable.</param>
    public MindRecordIndex(Stream stream)
    {
        file = new SqliteFile(stream);
        rows = new SqliteTree(file, isIndex: false);
        keys = new SqliteTree(file, isIndex: true);
    }

    /// <summary>Adds the next row.</summary>
    public void Add(int rawPage, RowPlace place)
    {
        rows.Add(count + 1, new SqliteRecord().Add(count).Add(rawPage).Add(place.RawStart).Add(place.RawEnd)
            .Add(place.Group).Add(place.BlobPage).Add(place.BlobStart).Add(place.BlobEnd));
        keys.Add(new SqliteRecord().Add(count).Add(count + 1));
        count++;
    }

    /// <summary>Finishes the database.</summary>
    /// <param name="dataFile">The name of the data file, without its folder.</param>
    public void Finish(string dataFile)
    {
        file.Declare("table", "INDEXES", "INDEXES", rows.Close(), Indexes);
        file.Declare("index", "sqlite_autoindex_INDEXES_1", "INDEXES", keys.Close(), null);
        var names = new SqliteTree(file, isIndex: false);
        names.Add(1, new SqliteRecord().Add(dataFile));
        file.Declare("table", "SHARD_NAME", "SHARD_NAME", names.Close(), "CREATE TABLE SHARD_NAME(NAME TEXT NOT NULL)");
        file.Finish();
    }
}

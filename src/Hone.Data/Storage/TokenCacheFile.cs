using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Hone.Data.Storage;

/// <summary>
/// A data set as tokens in one file: the samples, where they lie and how large they are, where the rows stand, the account as JSON, and
/// a footer with the sizes of these parts, the key, and a checksum of all that stands before it.
/// </summary>
internal static class TokenCacheFile
{
    /// <summary>Version of the format.</summary>
    public const string Version = "hone tokens 1";

    private const int HashBytes = 32;
    private const int ChunkBytes = 1 << 20;

    private static readonly JsonSerializerOptions Json = new() { IncludeFields = true };

    /// <summary>Writes a data set.</summary>
    /// <exception cref="IOException">The disk refuses.</exception>
    public static void Write(FileStream file, byte[] key, StoredSamples samples, RowLocations locations, DatasetReport report, Action<long, long>? progress)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var account = JsonSerializer.SerializeToUtf8Bytes(new Account(locations.Files, report), Json);
        long sampleBytes = 0;
        foreach (var part in samples.Content())
        {
            sampleBytes += Put(part.Span);
            progress?.Invoke(sampleBytes, samples.Bytes);
        }

        foreach (var block in samples.Entries.Blocks) Put(MemoryMarshal.AsBytes(block.Span));
        foreach (var block in locations.Places.Blocks) Put(MemoryMarshal.AsBytes(block.Span));
        Put(account);
        var footer = new Footer(sampleBytes, samples.Count, locations.Count, account.Length);
        Put(MemoryMarshal.AsBytes(new ReadOnlySpan<Footer>(in footer)));
        Put(key);
        file.Write(hash.GetHashAndReset());

        int Put(ReadOnlySpan<byte> bytes)
        {
            hash.AppendData(bytes);
            file.Write(bytes);
            return bytes.Length;
        }
    }

    /// <summary>Reads a data set; its samples stay in the file.</summary>
    /// <exception cref="InvalidDataException">The file is not as it was written, or of another key.</exception>
    public static LoadedDataset Read(FileStream file, byte[] key, Action<long, long>? progress, CancellationToken cancellation)
    {
        var end = new byte[Marshal.SizeOf<Footer>() + 2 * HashBytes];
        if (file.Length < end.Length) throw new InvalidDataException("it is cut off");
        file.Position = file.Length - end.Length;
        file.ReadExactly(end);
        var footer = MemoryMarshal.Read<Footer>(end);
        if (!key.AsSpan().SequenceEqual(end.AsSpan(Marshal.SizeOf<Footer>(), HashBytes))) throw new InvalidDataException("its key is another one");
        if (!Checksum(file, progress, cancellation).AsSpan().SequenceEqual(end.AsSpan(^HashBytes..))) throw new InvalidDataException("its checksum is wrong");

        if (!footer.Fits(file.Length - end.Length)) throw new InvalidDataException("its sizes are wrong");
        file.Position = footer.SampleBytes;
        var entries = ReadList<StoredSample>(file, footer.Samples);
        if (!AreIn(entries, footer)) throw new InvalidDataException("its samples are not where they should be");
        var places = ReadList<RowLocations.Place>(file, footer.Rows);
        var json = new byte[footer.AccountBytes];
        file.ReadExactly(json);
        var account = JsonSerializer.Deserialize<Account>(json, Json) ?? throw new InvalidDataException("its account is empty");
        return new LoadedDataset(new StoredSamples(entries, new SampleFile(file), []), new RowLocations(account.Files, places), account.Report);
    }

    private static byte[] Checksum(FileStream file, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[ChunkBytes];
        file.Position = 0;
        for (var left = file.Length - HashBytes; left > 0;)
        {
            var read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length));
            if (read == 0) throw new InvalidDataException("it is cut off");
            hash.AppendData(buffer, 0, read);
            left -= read;
            progress?.Invoke(file.Length - left, file.Length);
            cancellation.ThrowIfCancellationRequested();
        }

        return hash.GetHashAndReset();
    }

    private static ChunkedList<T> ReadList<T>(FileStream file, int count)
        where T : unmanaged
    {
        var list = new ChunkedList<T>();
        var buffer = new T[Math.Min(count, 4096)];
        while (list.Count < count)
        {
            var part = buffer.AsSpan(0, Math.Min(buffer.Length, count - list.Count));
            file.ReadExactly(MemoryMarshal.AsBytes(part));
            foreach (var item in part) list.Add(item);
        }

        return list;
    }

    /// <summary>Whether each sample lies behind the one before it, and belongs to a row.</summary>
    private static bool AreIn(ChunkedList<StoredSample> entries, in Footer footer)
    {
        var at = 0L;
        foreach (var entry in entries)
        {
            if (entry.Offset != at || entry.Bytes < 0 || entry.Size.Length < 1 || entry.Size.Length > entry.Bytes / sizeof(int) || (uint)entry.Row >= (uint)footer.Rows) return false;
            at += entry.Bytes;
        }

        return at == footer.SampleBytes;
    }

    private readonly record struct Footer(long SampleBytes, int Samples, int Rows, int AccountBytes, int Reserved = 0)
    {
        /// <summary>Whether the parts fill just so many bytes.</summary>
        public bool Fits(long bytes) => SampleBytes >= 0 && Samples >= 0 && Rows >= 0 && AccountBytes >= 0 && SampleBytes <= bytes
            && SampleBytes + ((long)Samples * Unsafe.SizeOf<StoredSample>()) + ((long)Rows * Unsafe.SizeOf<RowLocations.Place>()) + AccountBytes == bytes;
    }

    private sealed record Account(IReadOnlyList<string> Files, DatasetReport Report);
}

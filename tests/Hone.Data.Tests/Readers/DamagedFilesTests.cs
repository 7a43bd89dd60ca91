using System.Buffers.Binary;
using Hone.Data.Readers;
using Hone.Data.Schemas;
using Hone.Testing;

namespace Hone.Data.Tests.Readers;

/// <summary>
/// Samples with a few bytes changed, cut off, or with huge numbers written over them: reading either works or ends in an error
/// for people, and takes no memory that the file does not account for.
/// </summary>
public sealed class DamagedFilesTests : IDisposable
{
    private const int MaxRows = 20_000;
    private const long MaxAllocated = 512L << 20;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Seeds, and damaged copies of each sample; HONE_FUZZ_ROUNDS multiplies them.</summary>
    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("HONE_FUZZ_ROUNDS"), out var rounds) ? rounds : 1;

    [Theory]
    [InlineData("formats/parquet", "*.parquet", 30)]
    [InlineData("formats/arrow", "*.arrow", 120)]
    [InlineData("formats/arrow/integration", "*.stream", 60)]
    [InlineData("examples/data", "*.*", 100)] // CSV, text, JSON lines and arrays, gzip, zstd, Parquet, Arrow, MindRecord
    public void A_damaged_sample_is_read_or_explained(string sampleFolder, string pattern, int copies)
    {
        sampleFolder = sampleFolder.StartsWith("examples", StringComparison.Ordinal) ? Path.Combine(SharedData.RepositoryRoot, sampleFolder) : SharedData.PathOf(sampleFolder);
        var random = new Random(20260);
        var (read, refused) = (0, 0);
        foreach (var sample in Directory.GetFiles(sampleFolder, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var good = File.ReadAllBytes(sample);
            for (var i = 0; i < copies * Rounds; i++)
            {
                var bad = Damage(good, random);
                var before = GC.GetAllocatedBytesForCurrentThread();
                if (Survives(Path.GetFileName(sample), bad, $"{sample}, copy {i}")) read++;
                else refused++;
                var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
                Assert.True(allocated < MaxAllocated, $"{sample}, copy {i}: {allocated >> 20} MiB for a file of {bad.Length} bytes");
            }
        }

        Assert.True(read > 0 && refused > 0, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("""{"_data_files":[{"filename":"a\u0000b.arrow"}]}""")]
    [InlineData("""{"_data_files":[{"filename":null}]}""")]
    [InlineData("""{"_data_files":[{"filename":""}]}""")]
    [InlineData("""{"_data_files":[{"filename":"\ud800"}]}""")]
    [InlineData("""{"_data_files":[3]}""")]
    [InlineData("""{"_data_files":{}}""")]
    [InlineData("""{"_data_files":[]}""")]
    [InlineData("{")]
    public void A_list_of_files_that_is_none_is_an_error(string state)
    {
        folder.Write("state.json", state);
        Assert.Equal(ExitCode.Data, Assert.Throws<HoneException>(() => DataFiles.Read(folder.Path).Count()).ExitCode);
    }

    private bool Survives(string name, byte[] content, string what)
    {
        var path = folder.PathOf("damaged-" + name);
        File.WriteAllBytes(path, content);
        try
        {
            foreach (var row in DataFiles.Read(path).Take(MaxRows))
            {
                if (row.Error is null) Parse(row);
            }

            return true;
        }
        catch (HoneException e)
        {
            Assert.Equal(ExitCode.Data, e.ExitCode);
            Assert.StartsWith(path, e.Where, StringComparison.Ordinal);
            return false;
        }
        catch (Exception e)
        {
            File.WriteAllBytes(Path.Combine(Path.GetTempPath(), "hone-damaged-" + name), content);
            throw new InvalidOperationException($"{what} (kept in the temporary folder as hone-damaged-{name}): {e.GetType().Name}", e);
        }
    }

    private static void Parse(JsonRow row)
    {
        try
        {
            RowSchema.Parse(row.Json, out _);
        }
        catch (RowFormatException e)
        {
            Assert.InRange(e.Message.Length, 5, 1000);
        }
    }

    private static byte[] Damage(byte[] good, Random random)
    {
        // Descriptions stand at the end of parquet files and at the beginning of Arrow's: half of the damage goes there.
        var bad = random.Next(8) == 0 ? good[..random.Next(1, good.Length)] : good.ToArray();
        var places = Math.Min(bad.Length, 1024);
        for (var n = random.Next(1, 4); n > 0; n--)
        {
            var at = random.Next(4) switch
            {
                0 => random.Next(places),
                1 => bad.Length - 1 - random.Next(places),
                _ => random.Next(bad.Length),
            };
            switch (random.Next(5))
            {
                case 0:
                    bad[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1 when at + 4 <= bad.Length:
                    BinaryPrimitives.WriteInt32LittleEndian(bad.AsSpan(at), random.Next(3) switch { 0 => int.MaxValue, 1 => -1, _ => 1 << random.Next(31) });
                    break;
                case 2 when at + 8 <= bad.Length:
                    BinaryPrimitives.WriteInt64LittleEndian(bad.AsSpan(at), random.Next(3) switch { 0 => long.MaxValue, 1 => long.MinValue, _ => 1L << random.Next(63) });
                    break;
                case 3:
                    bad[at] = "\"',;:{}[]\\\t\r\n\0"u8[random.Next(14)];
                    break;
                default:
                    bad[at] = (byte)random.Next(256);
                    break;
            }
        }

        return bad;
    }
}

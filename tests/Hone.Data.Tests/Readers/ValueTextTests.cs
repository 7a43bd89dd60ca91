using System.Globalization;
using System.Numerics;
using Hone.Data.Readers;
using Hone.Data.Readers.Parquet;
using Hone.Data.Readers.Parquet.Values;

namespace Hone.Data.Tests.Readers;

public sealed class ValueTextTests
{
    [Fact]
    public void Dates_are_those_of_the_calendar()
    {
        for (var date = new DateTime(1, 1, 1); date < new DateTime(9990, 1, 1); date = date.AddDays(date.Year % 100 is 0 or 4 ? 1 : 97))
            Assert.Equal(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), TimeText.Date((long)(date - DateTime.UnixEpoch).TotalDays));
    }

    [Theory]
    [InlineData(0, "1970-01-01 00:00:00")]
    [InlineData(-1, "1969-12-31 23:59:59.999999")]
    [InlineData(1_500_000, "1970-01-01 00:00:01.5")]
    [InlineData(253402300800000000, "+10000-01-01 00:00:00")]
    [InlineData(-62198755200000000, "-0001-01-01 00:00:00")]
    [InlineData(long.MinValue, "-290308-12-21 19:59:05.224192")]
    public void Timestamps_go_beyond_the_calendar_s_types(long micros, string text) => Assert.Equal(text, TimeText.Timestamp(micros, 1_000_000));

    [Theory]
    [InlineData(0, 2, "0.00")]
    [InlineData(-5, 2, "-0.05")]
    [InlineData(12345, 3, "12.345")]
    [InlineData(7, 0, "7")]
    public void Decimals_keep_their_digits(int digits, int scale, string text) => Assert.Equal(text, DecimalText.Of(new BigInteger(digits), scale));

    [Fact]
    public void Numbers_in_split_streams_come_together()
    {
        float[] values = [1.5f, -2f, float.MaxValue];
        var bytes = new byte[12];
        for (var i = 0; i < 12; i++) bytes[((i % 4) * 3) + (i / 4)] = BitConverter.GetBytes(values[i / 4])[i % 4];
        var reader = new SplitReader(PhysicalType.Single, 0, bytes);
        foreach (var value in values)
        {
            reader.Next();
            Assert.Equal(value, BitConverter.Int32BitsToSingle((int)reader.Number));
        }

        Assert.Throws<InvalidDataException>(reader.Next);
    }

    [Fact]
    public void Texts_as_prefixes_and_suffixes_come_together()
    {
        // The example of Encodings.md: prefixes of 0, 2, 0 and 3, suffixes of 4, 2, 6 and 5 bytes. Deltas above the smallest, -2, take
        // three bits; a block of 128 values is written in four miniblocks.
        byte[] prefixes = [0x80, 1, 4, 4, 0, 3, 3, 0, 0, 0, .. Miniblock(4, 0, 5)];
        byte[] suffixes = [0x80, 1, 4, 4, 8, 3, 3, 0, 0, 0, .. Miniblock(0, 6, 1)];
        var reader = new DeltaTextReader((byte[])[.. prefixes, .. suffixes, .. "axislebabbleyhood"u8]);
        var texts = new List<string>();
        for (var i = 0; i < 4; i++)
        {
            reader.Next();
            texts.Add(System.Text.Encoding.UTF8.GetString(reader.Bytes.Span));
        }

        Assert.Equal(["axis", "axle", "babble", "babyhood"], texts);
        Assert.Throws<InvalidDataException>(reader.Next);
    }

    [Fact]
    public void A_run_claims_no_memory()
    {
        // A run of 2^31 − 1 ones in five bytes.
        var reader = new HybridReader((byte[])[0xFE, 0xFF, 0xFF, 0xFF, 0x0F, 1], 1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100_000; i++) Assert.True(reader.Next() == 1);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 100_000);
    }

    /// <summary>A miniblock of 32 values of three bits, of which three are used.</summary>
    private static byte[] Miniblock(int first, int second, int third)
    {
        var bits = first | (second << 3) | (third << 6);
        return [(byte)bits, (byte)(bits >> 8), .. new byte[10]];
    }
}

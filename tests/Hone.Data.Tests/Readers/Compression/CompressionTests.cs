using System.IO.Compression;
using System.Text;
using Hone.Data.Readers;
using Hone.Data.Readers.Compression;
using Hone.Data.Readers.Compression.Zstd;
using Hone.Testing;

namespace Hone.Data.Tests.Readers.Compression;

public sealed class CompressionTests
{
    /// <summary><see cref="Lines"/> as <c>zstd -19 --check</c> (1.5) wrote them.</summary>
    private const string ZstdLines =
        "KLUv/WQICB0OAKaqVBPApdABzQCW/xdIKWVKSfZDmMMCUgBOAEwAwgoFJwQKIvJlSiyhbrKNMvoKnimXaU4RqT8P04RWkSGqgjtE+QTJazuidwgRCkNRNDMUl3IfhmZFBA" +
        "NbUvVCHs/rF9ZTll6sGYQFFCwMgEBgIBvh98ewbs1hLvguBPmIZCYztTkx8K62QRikCBEqgqYWsZR/eqUxQZKrSIaKSAJJztrxaCeEi+Esemfkc5npqdxiRHAghYpUEzLS" +
        "+O36AZ6UMUdYgpWFYBrJK3lsLt49spboZi1C6EKFj4YzkaiNy72uG/9ImVVJLdBwJNTJ67MD9cGVEWOoV1TZjGn0TywR7ngRJAssGqtWExoDkrUWSVJ0Jf3mnt2vSQhnTh" +
        "eBHiIUzWiqVg+xMb03ZI3SHFxRjgW6RyIy+Uxpj4qV4cTAWRFrYYKjtxP7cz+LkJqG4VjT1dA3UjMKgKuoEChCqLcDkC20BhAYo8T4GIOhQWXFNSx1gwFPMgzBrrpcsPqF" +
        "GuAq6sYTCIXJAdMf1AKhME0UgF6CSLD6wxpBh5LBeLCJkG2VGlRDDmapBE5Q6C6J+E7IcR3EWN81ClMDhLOhA1WNSKIvOwWKOnZ+";

    /// <summary>The same as <c>lz4 -9</c> (1.9) wrote them.</summary>
    private const string Lz4Lines =
        "BCJNGGRApxQEAADBbGluZSAwIG9mIDAKDABHNzkxOQ8ARzU4MzEPAEczNzQzDwBHMTY1NQ8ASDk1NzRLADg0ODZLADAzOTgPABMxSwA3MzEwDwBHMTIyMg8ARzkxNDEPAE" +
        "c3MDUzDwBHNDk2NQ8ASDI4NzctABE4wgASMg4ARzg3MDgPAEc2NjIwDwBHNDUzMg8ARzI0NDQPADgzNTZKADgyNzVKACExOHYAEzNKADcwOTkPAEcyMDExDwBHOTkzMA8A" +
        "Rzc4NDIPAEc1NzU0DwBHMzY2Ng8AMTE1N8IAEzRLADc0OTcPAEc3NDA5DwBHNTMyMQ8ARzMyMzMPAEgxMTQ1SwA3MDY0DwAxNjk3eAATNdIANzg4OA8ARzI4MDAPADc3MT" +
        "IOAEc4NjMxDwBINjU0M0oAODQ1NUoAITM2wgATNg8AJzc5DgBHODE5OA8ARzYxMTAPAEc0MDIyDwBHMTkzNA8ARzk4NTMPACI3NycCEzcbATc2NzcPAEczNTg5DwBHMTUw" +
        "MQ8ARzk0MjAPAEg3MzMySwA4MjQ0SwASMSkCEzhLADcwNjgPAEc4OTg3DwBHNjg5OQ8ARzQ4MTEPAEgyNzIzLQAoMzVKABI1KAITOR0ANzQ2Ng8ARzQzNzgPAEgyMjkwDw" +
        "AnMDIOAEg4MTIxSgA3MDMzDwAiMzknAhQx6AM4ODU3EABIOTc3NhAASDc2ODgQAEg1NjAwEABJMzUxMlAAOTQyNFAAEjMvAhQxwgM4MjU1EABINTE2NxAASDMwNzkQADg5" +
        "OTEPAEg4OTEwEABINjgyMhAAIjQ3NgIUMfYDODY0NhAAODU1OA8ASDg0NzcQAEg2Mzg5EABJNDMwMU8AODIxMxAAIjEyzQADzwNIODA0NBAASDU5NTYQAEgzODY4EABIMT" +
        "c4MBAASDk2OTkQAEk3NjExUAASNUICFDEDBDg0MzUQAEgxMzQ3EABIOTI2NhAASDcxNzgQAEk1MDkwUAA5MDAyQAASMc8ABAoEODgzMxAASDY3NDUQAEg0NjU3EABJMjU2" +
        "OSAAKTgxTwA5NDAwTwATM0sCBBEEODIyNBAASTIxMzYgABg4DgBINzk2NxAASDU4NzkQAEgzNzkxEAAyMTcwzQAEFgQ4NjIyEABINzUzNBAASDU0NDYQAEgzMzU4EABJMT" +
        "I3MFAAOTE4OVAAEzFLAhQ4fAEoMTMQAEgyOTI1EAA5ODM3DwA4NzU2EABINjY2OBAASTQ1ODBPACI0Oc8ABEIEKDA0DwBIODMyMxAASTYyMzUvADgxNDcQAEgyMDU5EABI" +
        "OTk3OBAAIjc4SgIVMl0IKDAyEABIMzcxNBAASDE2MjYQAEg5NTQ1EABJNzQ1N1AAOTM2OVAAEjJMAhQyZAg4MTkzEACwOTExMiBvZiAyMQoAAAAAvwfqWg==";

    private static string Lines => string.Concat(Enumerable.Range(0, 150).Select(i => $"line {i * 7919 % 10007} of {i / 7}\n"));

    [Fact]
    public void A_zstd_file_gives_the_lines_that_the_original_has()
    {
        using var folder = new TemporaryFolder();
        byte[] skippable = [0x50, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3];
        var frame = Convert.FromBase64String(ZstdLines);
        File.WriteAllBytes(folder.PathOf("a.txt.zst"), [.. frame, .. skippable, .. frame]);
        Assert.Equal((Lines + Lines).TrimEnd().Split('\n'), DataFiles.Read(folder.PathOf("a.txt.zst")).Select(r => r.Json.GetProperty("text").GetString()));
    }

    [Fact]
    public void Zstd_that_is_cut_off_or_changed_is_an_error()
    {
        var frame = Convert.FromBase64String(ZstdLines);
        for (var cut = 1; cut < frame.Length; cut++) Assert.Throws<InvalidDataException>(() => Unpack(frame[..cut]));

        // Some bits of tables are not used: then the content is the same. Anything else shows in the checksum at the latest.
        for (var bit = 40; bit < 8 * frame.Length; bit += 3)
        {
            var bad = frame.ToArray();
            bad[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(Lines, Encoding.UTF8.GetString(Unpack(bad)));
            }
            catch (InvalidDataException)
            {
            }
        }
    }

    [Fact]
    public void A_zstd_frame_that_gives_more_than_its_window_holds_is_streamed_in_bounded_memory()
    {
        // A window of 1 KiB and 4000 blocks that repeat a byte 128 KiB times each: 500 MiB out of 16 KiB.
        var frame = new MemoryStream();
        frame.Write([0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x00]);
        for (var i = 0; i < 4000; i++) frame.Write([(byte)(i == 3999 ? 3 : 2), 0x00, 0x10, (byte)i]);
        frame.Position = 0;
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var plain = new ZstdStream(frame);
        var (buffer, total) = (new byte[1 << 16], 0L);
        for (int read; (read = plain.Read(buffer)) > 0; total += read)
        {
        }

        Assert.Equal(4000L << 17, total);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 << 20);
    }

    [Fact]
    public void Lz4_frames_and_blocks_in_either_framing_give_their_content()
    {
        var frame = Convert.FromBase64String(Lz4Lines);
        var lines = Encoding.UTF8.GetBytes(Lines);
        Assert.Equal(lines, Blocks.Decompress(BlockCodec.Lz4Frame, frame, lines.Length));
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(BlockCodec.Lz4Frame, frame, lines.Length + 1));

        // "abc", then six bytes from three back, then "d".
        byte[] block = [0x32, (byte)'a', (byte)'b', (byte)'c', 3, 0, 0x10, (byte)'d'];
        Assert.Equal("abcabcabcd"u8.ToArray(), Blocks.Decompress(BlockCodec.Lz4Block, block, 10));
        byte[] hadoop = [0, 0, 0, 10, 0, 0, 0, 8, .. block, 0, 0, 0, 10, 0, 0, 0, 8, .. block];
        Assert.Equal("abcabcabcdabcabcabcd"u8.ToArray(), Blocks.Decompress(BlockCodec.Lz4Hadoop, hadoop, 20));
        Assert.Equal("abcabcabcd"u8.ToArray(), Blocks.Decompress(BlockCodec.Lz4Hadoop, block, 10));
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(BlockCodec.Lz4Block, (byte[])[0x32, 97, 98, 99, 4, 0, 0x10, 100], 10));
    }

    [Fact]
    public void Snappy_gives_literals_and_overlapping_copies()
    {
        // Length 12; "abcd"; a copy of 8 from 4 back in the short form.
        byte[] block = [12, 3 << 2, (byte)'a', (byte)'b', (byte)'c', (byte)'d', (4 << 2) | 1, 4];
        Assert.Equal("abcdabcdabcd"u8.ToArray(), Blocks.Decompress(BlockCodec.Snappy, block, 12));
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(BlockCodec.Snappy, block, 13));
        block[^1] = 5;
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(BlockCodec.Snappy, block, 12));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Brotli_and_gzip_blocks_give_the_length_they_are_said_to(bool isBrotli)
    {
        var lines = Encoding.UTF8.GetBytes(Lines);
        var packed = new MemoryStream();
        using (Stream writer = isBrotli ? new BrotliStream(packed, CompressionMode.Compress) : new GZipStream(packed, CompressionMode.Compress)) writer.Write(lines);
        var codec = isBrotli ? BlockCodec.Brotli : BlockCodec.Gzip;
        Assert.Equal(lines, Blocks.Decompress(codec, packed.ToArray(), lines.Length));
        foreach (var length in (int[])[lines.Length - 1, lines.Length + 1, int.MaxValue])
            Assert.Throws<InvalidDataException>(() => Blocks.Decompress(codec, packed.ToArray(), length));
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(codec, packed.ToArray().AsMemory(0, (int)packed.ToArray().Length / 2), lines.Length));
        Assert.Throws<InvalidDataException>(() => Blocks.Decompress(codec, "no such thing"u8.ToArray(), 10));
    }

    [Fact]
    public void Checksums_are_the_published_ones()
    {
        Assert.Equal(0xCBF43926u, Crc32.Of("123456789"u8));
        var hash = new XxHash64();
        hash.Reset();
        Assert.Equal(0xEF46DB3751D8E999ul, hash.Value);
        hash.Add("a"u8);
        Assert.Equal(0xD24EC4F1A98C6E5Bul, hash.Value);
    }

    private static byte[] Unpack(byte[] packed)
    {
        using var result = new MemoryStream();
        using var plain = new ZstdStream(new MemoryStream(packed));
        plain.CopyTo(result);
        return result.ToArray();
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Training.Runs.TensorBoard;

namespace Hone.Training.Tests.Runs;

public sealed class EventFileTests
{
    private static JsonNode Vectors => JsonNode.Parse(File.ReadAllText(SharedData.PathOf("formats/tensorboard/vectors.json")))!;

    [Fact]
    public void Checksums_equal_the_published_ones()
    {
        foreach (var vector in Vectors["crc32c"]!.AsArray())
        {
            var data = Convert.FromHexString((string)vector!["hex"]!);
            Assert.Equal((string)vector["crc32c"]!, Crc32C.Compute(data).ToString("x8"));
            Assert.Equal((string)vector["masked"]!, Crc32C.Masked(data).ToString("x8"));
        }
    }

    [Fact]
    public void Frames_equal_the_published_ones()
    {
        foreach (var vector in Vectors["frames"]!.AsArray())
            Assert.Equal((string)vector!["frame_hex"]!, Convert.ToHexStringLower(EventFile.Frame(Convert.FromHexString((string)vector["payload_hex"]!))));
    }

    [Fact]
    public void Event_messages_equal_the_published_ones_byte_for_byte()
    {
        var seen = 0;
        foreach (var vector in Vectors["events"]!.AsArray())
        {
            var decoded = vector!["decoded"]!;
            var time = (double)decoded["wall_time"]!;
            var values = decoded["values"]?.AsArray().Select(v => ((string)v!["tag"]!, (float)(double)v["simple_value"]!)).ToArray();
            var bytes = values is null
                ? EventFile.VersionEvent(time)
                : EventFile.ScalarEvent(time, (long?)decoded["step"] ?? 0, values);
            Assert.Equal((string)vector["event_hex"]!, Convert.ToHexStringLower(bytes));
            Assert.Equal((string)vector["frame_hex"]!, Convert.ToHexStringLower(EventFile.Frame(bytes)));
            seen++;
        }

        Assert.True(seen > 5);
    }

    [Fact]
    public void A_file_begins_with_the_version_and_holds_a_record_for_each_figure()
    {
        using var folder = new TemporaryFolder();
        using (var events = new EventFile(folder.Path))
            events.Append(new LogEntry(3, 0.5, [new("loss", 2), new("eval_loss", 1), new("grad_norm", double.NaN)]));
        var path = Assert.Single(Directory.GetFiles(folder.Path));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(path));
        var bytes = File.ReadAllBytes(path);
        var payloads = new List<byte[]>();
        for (var at = 0; at < bytes.Length;)
        {
            var length = (int)BitConverter.ToInt64(bytes, at);
            payloads.Add(bytes[(at + 12)..(at + 12 + length)]);
            Assert.Equal(EventFile.Frame(payloads[^1]), bytes[at..(at + 16 + length)]);
            at += 16 + length;
        }

        Assert.Equal(3, payloads.Count);
        Assert.Contains("brain.Event:2", Encoding.Latin1.GetString(payloads[0]));
        Assert.Contains("train/loss", Encoding.Latin1.GetString(payloads[1]));
        Assert.Contains("eval/loss", Encoding.Latin1.GetString(payloads[2]));
    }
}

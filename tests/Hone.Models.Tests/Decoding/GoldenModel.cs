using System.Text.Json;
using Hone.Kernels;
using Hone.Testing;

namespace Hone.Models.Tests.Decoding;

/// <summary>One model folder of the reference data, its batches and its noise floors.</summary>
internal sealed class GoldenModel
{
    public const string Root = "golden/models/";

    public GoldenModel(string name)
    {
        Name = name;
        Folder = SharedData.PathOf(Root + name + "/checkpoint");
        Inputs = new GoldenTensors(Root + name + "/inputs.safetensors");
        Forward = new GoldenTensors(Root + name + "/forward.safetensors");
        Manifest = JsonDocument.Parse(File.ReadAllBytes(SharedData.PathOf(Root + name + "/manifest.json"))).RootElement;
        var floor = Manifest.GetProperty("noise_floor");
        LogitNoise = floor.GetProperty("logits_batch2_max_abs").GetDouble();
        GradientNoise = floor.GetProperty("grad_max_abs").GetDouble();
        LossNoise = floor.GetProperty("loss").GetDouble();
    }

    public string Name { get; }

    public string Folder { get; }

    public GoldenTensors Inputs { get; }

    public GoldenTensors Forward { get; }

    public JsonElement Manifest { get; }

    public double LogitNoise { get; }

    public double GradientNoise { get; }

    public double LossNoise { get; }

    /// <summary>The unpadded rows of a batch: token ids and labels (−100 where no loss is counted).</summary>
    public IEnumerable<(int Row, int[] Ids, int[] Labels)> Rows(int batch) =>
        Unpad(Inputs.Ints($"batch{batch}.input_ids"), Inputs.Ints($"batch{batch}.labels"), Inputs.Ints($"batch{batch}.attention_mask"),
            (int)Inputs.Shape($"batch{batch}.input_ids")[1]);

    /// <summary>All rows of a batch laid end to end.</summary>
    public MicroBatch Pack(int batch) => Pack(Rows(batch));

    public static MicroBatch Pack(IEnumerable<(int Row, int[] Ids, int[] Labels)> rows)
    {
        var list = rows.ToList();
        var result = new MicroBatch(list.Sum(r => r.Ids.Length));
        foreach (var (row, ids, labels) in list) result.Append(ids, [.. labels.Select(l => l == -100 ? 0f : 1f)], row);
        return result;
    }

    public static IEnumerable<(int Row, int[] Ids, int[] Labels)> Unpad(int[] ids, int[] labels, int[] mask, int width)
    {
        for (var row = 0; row * width < ids.Length; row++)
        {
            var n = mask.AsSpan(row * width, width).ToArray().Sum();
            yield return (row, ids.AsSpan(row * width, n).ToArray(), labels.AsSpan(row * width, n).ToArray());
        }
    }

    public static DecoderWorkspace Workspace(Decoder decoder, MicroBatch batch, bool training, bool checkpointing = false) =>
        new(decoder, new WorkspaceShape(batch.TokenCount, batch.TokenCount, training, checkpointing));

    /// <summary>The device that the tests run on.</summary>
    public static IKernels Device(string device) => device switch
    {
        "scalar" => new Hone.Kernels.Reference.ReferenceKernels(),
        "cpu1" => new Hone.Kernels.Cpu.CpuKernels(1),
        "cpu2" => new Hone.Kernels.Cpu.CpuKernels(2),
        _ => throw new ArgumentException(device),
    };
}

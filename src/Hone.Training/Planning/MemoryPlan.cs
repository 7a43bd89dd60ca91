using Hone.Models;
using Hone.Tensors;

namespace Hone.Training.Planning;

/// <summary>One line of a memory plan.</summary>
/// <param name="Purpose">What the bytes are for.</param>
/// <param name="Bytes">How many.</param>
public readonly record struct MemoryLine(string Purpose, long Bytes);

/// <summary>
/// What a run will hold at its peak, byte for byte: the sizes come from the same code that allocates them, run on a model of
/// shapes only.
/// </summary>
public sealed class MemoryPlan
{
    private MemoryPlan(IReadOnlyList<MemoryLine> lines) => Lines = lines;

    /// <summary>The parts, largest concerns first.</summary>
    public IReadOnlyList<MemoryLine> Lines { get; }

    /// <summary>Their sum.</summary>
    public long TotalBytes => Lines.Sum(l => l.Bytes);

    /// <summary>Plans a run.</summary>
    /// <param name="decoder">The model, or its outline, with its adapter.</param>
    /// <param name="shape">Largest micro-batch.</param>
    /// <param name="residentBytes">What the process holds besides: program, tokenizer, data, but not the kernels' own buffers.</param>
    public static MemoryPlan Create(Decoder decoder, WorkspaceShape shape, long residentBytes)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        DecoderWorkspace.Reserve(decoder, shape);
        var lines = new List<MemoryLine>
        {
            new("weights, mapped from the file", decoder.MappedBytes),
            new("weights", decoder.WeightBytes),
            new("gradients", decoder.GradientBytes),
            new("adapter and its gradients", decoder.AdapterBytes),
            new("optimizer moments", decoder.TrainableParameters.Sum(Moments)),
        };
        lines.AddRange(DecoderWorkspace.Plan(decoder, shape).Select(e => new MemoryLine(e.Purpose, e.Bytes)));
        lines.Add(new MemoryLine("kernels' own buffers", decoder.Kernels.WorkspaceBytes));
        lines.Add(new MemoryLine("program, tokenizer and data", residentBytes));
        return new MemoryPlan([.. lines.Where(l => l.Bytes > 0)]);
    }

    private static long Moments(Parameter p) => 2 * Arena.SizeOf(DType.F32, p.Shape[0], p.Shape.Skip(1).Aggregate(1, (n, m) => n * m));
}

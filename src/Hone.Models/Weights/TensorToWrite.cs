using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>A tensor to be written to a file.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Element type in the file. F32 sources are rounded to BF16 or F16, and these are widened to F32, while writing.</param>
/// <param name="Shape">Shape in the file, outermost first; its product is the source's element count.</param>
/// <param name="Source">The elements, in CPU memory; rows may have gaps between them.</param>
public sealed record TensorToWrite(string Name, DType Type, IReadOnlyList<long> Shape, Tensor Source);

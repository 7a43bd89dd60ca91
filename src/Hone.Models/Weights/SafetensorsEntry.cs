using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>What the header of a file says about one tensor.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Stored element type.</param>
/// <param name="Shape">Stored shape, outermost first.</param>
/// <param name="Begin">First byte, counted from the start of the data.</param>
/// <param name="End">One past the last byte.</param>
internal sealed record SafetensorsEntry(string Name, DType Type, IReadOnlyList<long> Shape, long Begin, long End);

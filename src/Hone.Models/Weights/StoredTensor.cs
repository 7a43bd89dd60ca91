using Hone.Tensors;

namespace Hone.Models.Weights;

/// <summary>A tensor as it lies in a file: a view of mapped memory, valid until the reader is disposed. Read only.</summary>
/// <param name="Name">Name in the file.</param>
/// <param name="Type">Stored element type.</param>
/// <param name="Shape">Stored shape, outermost first.</param>
/// <param name="Data">
/// The elements. A vector is one row; leading dimensions of higher shapes are folded into rows. Empty when the tensor has no elements.
/// </param>
public sealed record StoredTensor(string Name, DType Type, IReadOnlyList<long> Shape, Tensor Data);

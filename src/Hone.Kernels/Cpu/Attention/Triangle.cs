namespace Hone.Kernels.Cpu.Attention;

/// <summary>Which part of a block product the causal rule leaves out: row i of the queries sees keys up to i + offset.</summary>
internal enum Triangle
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>c[i, j] is unwanted for j above i + offset, and partly left unwritten.</summary>
    Output,

    /// <summary>a[i, k] is 0 for k above i + offset.</summary>
    Left,

    /// <summary>a is read transposed: a[i, k] is 0 for k below i − offset.</summary>
    TurnedLeft,
}

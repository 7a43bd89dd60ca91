namespace Hone.Kernels.Cpu.Attention;

/// <summary>Which part of a block product the causal rule leaves out: query i sees keys up to i + offset.</summary>
internal enum Triangle
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Rows of c are queries: c[i, j] is unwanted for j above i + offset, and partly left unwritten.</summary>
    Output,

    /// <summary>Rows of c are keys: c[j, i] is unwanted for j above i + offset, and partly left unwritten.</summary>
    TurnedOutput,

    /// <summary>a[i, k] is 0 for k above i + offset.</summary>
    Left,

    /// <summary>a is read transposed, its rows are keys: a[j, i] is 0 for j above i + offset.</summary>
    TurnedLeft,
}

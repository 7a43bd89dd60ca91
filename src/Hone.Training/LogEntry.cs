namespace Hone.Training;

/// <summary>One line of the log history: training figures of the steps since the line before, or an evaluation.</summary>
/// <param name="Step">Optimizer steps done.</param>
/// <param name="Epoch">Epochs done, a fraction.</param>
/// <param name="Values">Figures under ms-swift's names, in the order they are written: <c>loss</c>, <c>grad_norm</c>, <c>eval_loss</c> …</param>
public sealed record LogEntry(int Step, double Epoch, IReadOnlyList<KeyValuePair<string, double>> Values)
{
    /// <summary>The figure of that name, or NaN when the line has none.</summary>
    public double this[string name]
    {
        get
        {
            foreach (var (key, value) in Values)
            {
                if (key == name) return value;
            }

            return double.NaN;
        }
    }

    /// <summary>True when the line has the figure.</summary>
    public bool Has(string name) => !double.IsNaN(this[name]);
}

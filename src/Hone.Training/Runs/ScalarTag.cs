namespace Hone.Training.Runs;

/// <summary>Hugging Face's names for figures on dashboards: <c>train/loss</c>, <c>eval/loss</c>.</summary>
internal static class ScalarTag
{
    private const string EvaluationPrefix = "eval_";

    public static string Of(string figure) =>
        figure.StartsWith(EvaluationPrefix, StringComparison.Ordinal) ? "eval/" + figure[EvaluationPrefix.Length..] : "train/" + figure;

    /// <summary>Each figure's points over the steps, in order of first appearance.</summary>
    public static IReadOnlyList<(string Tag, List<(int Step, double Value)> Points)> Series(IReadOnlyList<LogEntry> history)
    {
        var series = new List<(string Tag, List<(int Step, double Value)> Points)>();
        var byName = new Dictionary<string, List<(int, double)>>();
        foreach (var entry in history)
        {
            foreach (var (name, value) in entry.Values)
            {
                if (!byName.TryGetValue(name, out var points))
                {
                    byName.Add(name, points = []);
                    series.Add((Of(name), points));
                }

                if (double.IsFinite(value)) points.Add((entry.Step, value));
            }
        }

        return series;
    }
}

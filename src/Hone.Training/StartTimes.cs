using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace Hone.Training;

/// <summary>How long each stage of a run's start took, from the start of the process to the first step. Linux counts the former in hundredths of a second.</summary>
public sealed class StartTimes
{
    private readonly DateTime processStart;
    private readonly List<Stage> stages = [];

    /// <summary>Begins; all that came before is the stage "process and settings".</summary>
    public StartTimes()
    {
        using var process = Process.GetCurrentProcess();
        processStart = process.StartTime;
        Done("process and settings");
    }

    /// <summary>A stage that is done.</summary>
    /// <param name="Name">What was done.</param>
    /// <param name="End">When, since the start of the process.</param>
    /// <param name="Compiling">What the just-in-time compiler has used by then, on all threads.</param>
    public readonly record struct Stage(string Name, TimeSpan End, TimeSpan Compiling);

    /// <summary>The stages in order.</summary>
    public IReadOnlyList<Stage> Stages => stages;

    /// <summary>A stage is done.</summary>
    public void Done(string stage) => stages.Add(new Stage(stage, DateTime.Now - processStart, JitInfo.GetCompilationTime()));

    /// <summary>Each stage with its own milliseconds, those of the compiler among them, and the sum.</summary>
    public override string ToString()
    {
        var parts = stages.Select((s, i) => i == 0 ? s : s with { End = s.End - stages[i - 1].End, Compiling = s.Compiling - stages[i - 1].Compiling });
        return string.Join(", ", parts.Append(stages[^1] with { Name = "in all" }).Select(Text));
    }

    private static string Text(Stage stage) =>
        string.Create(CultureInfo.InvariantCulture, $"{stage.Name} {stage.End.TotalMilliseconds:F0} ms ({stage.Compiling.TotalMilliseconds:F0} compiling)");
}

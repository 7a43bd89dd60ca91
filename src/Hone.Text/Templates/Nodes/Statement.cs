using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Nodes;

/// <summary>How a statement ended.</summary>
internal enum Flow
{
    Next,
    Break,
    Continue,
}

/// <summary>A parsed statement, or text between statements. It holds no state, so that many threads can run it.</summary>
internal abstract class Statement
{
    /// <summary>The line it starts on.</summary>
    public required int Line { get; init; }

    /// <summary>Runs statements until the end or the first break or continue.</summary>
    public static Flow Run(Statement[] body, Rendering rendering, Scope scope)
    {
        foreach (var statement in body)
        {
            rendering.Enter();
            rendering.Line = statement.Line;
            var flow = statement.Execute(rendering, scope);
            rendering.Leave();
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    protected abstract Flow Execute(Rendering rendering, Scope scope);
}

using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Nodes;

/// <summary><c>{% for target in items if filter %}…{% else %}…{% endfor %}</c>. Every round has a scope of its own.</summary>
internal sealed class For(
    Target target, Expression items, Expression? filter, bool recursive, Statement[] body, Statement[] otherwise) : Statement
{
    protected override Flow Execute(Rendering rendering, Scope scope) =>
        Loop(rendering, scope, items.Evaluate(rendering, scope), 0);

    /// <summary>Only a break or continue in <c>else</c> leaves the loop: it is for the loop outside.</summary>
    private Flow Loop(Rendering rendering, Scope scope, object? iterable, int depth)
    {
        var list = Iteration.Items(rendering, iterable);
        var source = filter is null ? Live(list) : Filtered(rendering, scope, list);
        Func<object?, int, string>? recurse = recursive ? (inner, level) => Recurse(rendering, scope, inner, level) : null;
        var loop = new LoopValue(source.GetEnumerator(), filter is null ? list.Count : null, depth, recurse);
        var ran = false;
        while (loop.MoveNext(out var item))
        {
            ran = true;
            rendering.Charge(4);
            var round = new Scope(scope);
            round.Set("loop", loop);
            target.Assign(rendering, round, item);
            if (Run(body, rendering, round) == Flow.Break) break;
        }

        return ran ? Flow.Next : Run(otherwise, rendering, new Scope(scope));
    }

    private string Recurse(Rendering rendering, Scope scope, object? iterable, int depth) =>
        rendering.Capture([new Inner(this, iterable, depth) { Line = Line }], scope);

    /// <summary>The list as it is at each step, since the body may append to it.</summary>
    private static IEnumerable<object?> Live(List<object?> list)
    {
        for (var i = 0; i < list.Count; i++) yield return list[i];
    }

    /// <summary>Tests an item only when the loop comes to it: the test may depend on what the body did before.</summary>
    private IEnumerable<object?> Filtered(Rendering rendering, Scope scope, List<object?> list)
    {
        foreach (var item in Live(list))
        {
            rendering.Charge(1);
            var test = new Scope(scope);
            target.Assign(rendering, test, item);
            if (PythonTruth.Of(filter!.Evaluate(rendering, test))) yield return item;
        }
    }

    /// <summary>One level of a recursive loop, so that its output can be captured.</summary>
    private sealed class Inner(For loop, object? iterable, int depth) : Statement
    {
        protected override Flow Execute(Rendering rendering, Scope scope) => loop.Loop(rendering, scope, iterable, depth);
    }
}

using System.Runtime.CompilerServices;
using Hone.Text.Templates.Nodes;

namespace Hone.Text.Templates.Runtime;

/// <summary>The state of one rendering: output, the budget that is left, and where the template is.</summary>
internal sealed class Rendering(DateTime? now)
{
    private long stepsLeft = Limits.Steps;
    private long charactersLeft = Limits.CharactersMade;
    private int depth;
    private Dictionary<string, List<TextSpan>>? spansOfTexts;
    private bool insideGeneration;

    /// <summary>The line of the statement under way, for messages.</summary>
    public int Line { get; set; } = 1;

    public TextSink Output { get; private set; } = new();

    public DateTime Now => now ?? DateTime.Now;

    /// <summary>Counts one evaluation and one level of nesting; <see cref="Leave"/> takes the level back.</summary>
    public void Enter()
    {
        if (--stepsLeft < 0) throw TooMuchWork();
        if (++depth > Limits.EvaluationDepth || ((depth & 15) == 0 && !RuntimeHelpers.TryEnsureSufficientExecutionStack()))
            throw new TemplateFailure("the template nests or recurses too deeply");
    }

    public void Leave() => depth--;

    /// <summary>Counts work that visits <paramref name="items"/> items.</summary>
    public void Charge(long items)
    {
        if ((stepsLeft -= items) < 0) throw TooMuchWork();
    }

    /// <summary>Counts work that reads <paramref name="length"/> characters.</summary>
    public void ChargeText(long length) => Charge(length >> 6);

    /// <summary>Counts the hashing of a key.</summary>
    public void ChargeKey(object? key)
    {
        if (key is string text) ChargeText(text.Length);
    }

    /// <summary>Counts characters before a string of that length is made.</summary>
    public void Reserve(long length)
    {
        if (length > Limits.OutputLength || (charactersLeft -= length) < 0)
            throw new TemplateFailure("the template makes too much text");
        ChargeText(length);
    }

    /// <summary>Counts a string that was just made.</summary>
    public string Made(string text)
    {
        Reserve(text.Length);
        return text;
    }

    public void Write(string text)
    {
        if (text.Length == 0) return;
        Reserve(text.Length);
        if (Output.Text.Length + (long)text.Length > Limits.OutputLength)
            throw new TemplateFailure("the template writes too much text");
        if (spansOfTexts is not null && !insideGeneration && spansOfTexts.TryGetValue(text, out var spans))
        {
            var start = Output.Text.Length;
            foreach (var span in spans) Output.AddSpan(start + span.Start, start + span.End);
        }

        Output.Text.Append(text);
    }

    /// <summary>Runs statements and returns what they write. The generation parts inside stay known for when it is written.</summary>
    public string Capture(Statement[] body, Scope scope)
    {
        var (outer, outerInside) = (Output, insideGeneration);
        Output = new TextSink();
        insideGeneration = false;
        Statement.Run(body, this, scope);
        var (text, spans) = (Made(Output.Text.ToString()), Output.Spans);
        (Output, insideGeneration) = (outer, outerInside);
        if (spans is not null && text.Length > 0)
            (spansOfTexts ??= new Dictionary<string, List<TextSpan>>(ReferenceEqualityComparer.Instance))[text] = spans;
        return text;
    }

    /// <summary>Runs statements whose output is the assistant's. A block inside another adds nothing of its own.</summary>
    public void Generate(Statement[] body, Scope scope)
    {
        if (insideGeneration)
        {
            Statement.Run(body, this, scope);
            return;
        }

        insideGeneration = true;
        var start = Output.Text.Length;
        Statement.Run(body, this, scope);
        Output.AddSpan(start, Output.Text.Length);
        insideGeneration = false;
    }

    private static TemplateFailure TooMuchWork() => new("the template takes too many steps");
}

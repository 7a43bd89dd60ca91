namespace Hone.Text.Tokenizers.Normalization;

/// <summary>Several normalizers one after the other.</summary>
internal sealed class NormalizerSequence(IReadOnlyList<Normalizer> steps) : Normalizer
{
    public override bool TryNormalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (steps.Count == 1) return steps[0].TryNormalize(text, output);
        var current = new CharBuffer();
        var next = new CharBuffer();
        var changed = false;
        foreach (var step in steps)
        {
            next.Clear();
            if (!step.TryNormalize(changed ? current.Span : text, next)) continue;
            (current, next) = (next, current);
            changed = true;
        }

        if (changed) output.Append(current.Span);
        return changed;
    }
}

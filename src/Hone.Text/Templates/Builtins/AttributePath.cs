using System.Globalization;
using Hone.Text.Templates.Runtime;
using Hone.Text.Templates.Values;

namespace Hone.Text.Templates.Builtins;

/// <summary>The argument <c>attribute</c> of filters: a name, several with points between, or an index.</summary>
internal sealed class AttributePath
{
    private readonly object?[] parts;

    public AttributePath(object? attribute) => parts = attribute switch
    {
        null => [],
        string path => [.. path.Split('.').Select(part =>
            part.Length is > 0 and < 10 && part.All(char.IsAsciiDigit) ? (object?)long.Parse(part, CultureInfo.InvariantCulture) : part)],
        _ => [attribute],
    };

    public object? Of(Rendering rendering, object? item, object? fallback = null)
    {
        rendering.Charge(parts.Length);
        foreach (var part in parts)
        {
            item = Attributes.GetItem(rendering, item, part);
            if (item is Undefined && fallback is not null) item = fallback;
        }

        return item;
    }
}

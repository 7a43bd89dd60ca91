namespace Hone.Text.Templates.Values;

/// <summary>What <c>cycler()</c> makes: gives its items in turn.</summary>
internal sealed class CyclerValue(object?[] items)
{
    private int position;

    public object? Attribute(string name) => name switch
    {
        "next" => new NativeFunction((_, _) => Next()),
        "current" => items[position],
        "reset" => new NativeFunction((_, _) =>
        {
            position = 0;
            return null;
        }),
        _ => null,
    };

    private object? Next()
    {
        var item = items[position];
        position = (position + 1) % items.Length;
        return item;
    }
}

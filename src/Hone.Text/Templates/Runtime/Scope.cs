namespace Hone.Text.Templates.Runtime;

/// <summary>
/// The variables of one block. Names are compared by reference: all come from the one name pool of the template.
/// A block has a handful of variables, so a scan beats hashing.
/// </summary>
internal sealed class Scope(Scope? parent)
{
    private string[] names = [];
    private object?[] values = [];
    private int count;

    public bool TryGet(string name, out object? value)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            for (var i = 0; i < scope.count; i++)
            {
                if (!ReferenceEquals(scope.names[i], name)) continue;
                value = scope.values[i];
                return true;
            }
        }

        value = null;
        return false;
    }

    public void Set(string name, object? value)
    {
        for (var i = 0; i < count; i++)
        {
            if (!ReferenceEquals(names[i], name)) continue;
            values[i] = value;
            return;
        }

        if (count == names.Length)
        {
            Array.Resize(ref names, count == 0 ? 4 : count * 2);
            Array.Resize(ref values, names.Length);
        }

        names[count] = name;
        values[count++] = value;
    }

    private Scope? Parent { get; } = parent;
}

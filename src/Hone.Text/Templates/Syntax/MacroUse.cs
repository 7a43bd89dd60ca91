namespace Hone.Text.Templates.Syntax;

/// <summary>Which of the special variables a macro's body mentions.</summary>
internal sealed class MacroUse
{
    public bool Caller { get; private set; }

    public bool Keywords { get; private set; }

    public bool Varargs { get; private set; }

    public void Note(string name)
    {
        Caller |= name == "caller";
        Keywords |= name == "kwargs";
        Varargs |= name == "varargs";
    }
}

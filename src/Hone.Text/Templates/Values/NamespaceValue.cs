namespace Hone.Text.Templates.Values;

/// <summary>What <c>namespace()</c> makes: the one object whose attributes a template may set.</summary>
internal sealed class NamespaceValue(DictValue attributes)
{
    public DictValue Attributes { get; } = attributes;
}

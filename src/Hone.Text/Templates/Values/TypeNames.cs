using System.Numerics;

namespace Hone.Text.Templates.Values;

/// <summary>Python's names of the types, for messages.</summary>
internal static class TypeNames
{
    public static string Of(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        DictValue => "dict",
        SequenceValue { Kind: SequenceKind.List } => "list",
        SequenceValue { Kind: SequenceKind.Tuple } => "tuple",
        SequenceValue { Kind: SequenceKind.Generator } => "generator",
        SequenceValue { Kind: SequenceKind.Keys } => "dict_keys",
        SequenceValue { Kind: SequenceKind.Values } => "dict_values",
        SequenceValue => "dict_items",
        RangeValue => "range",
        NamespaceValue => "Namespace",
        LoopValue => "LoopContext",
        MacroValue => "Macro",
        CallableValue => "function",
        _ => "Undefined",
    };

    public static string Describe(object? value) => value is null ? "None" : Of(value) + " object";
}

using System.Collections;
using System.Reflection;

namespace Hone.Settings;

/// <summary>One setting of a verb as flags, files, help and forms see it.</summary>
public sealed class SettingInfo
{
    private readonly PropertyInfo _property;
    private readonly SettingAttribute _attribute;

    internal SettingInfo(PropertyInfo property, SettingAttribute attribute, VerbSettings defaults)
    {
        _property = property;
        _attribute = attribute;
        IsList = property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(IReadOnlyList<>);
        var element = IsList ? property.PropertyType.GetGenericArguments()[0] : property.PropertyType;
        ElementType = Nullable.GetUnderlyingType(element) ?? element;
        CanBeNull = !IsList && (element != ElementType || !element.IsValueType);
        Default = property.GetValue(defaults);
    }

    /// <summary>The one name, in snake_case.</summary>
    public string Name => _attribute.Name;

    /// <summary>Other names for it; a single letter is a short flag.</summary>
    public IReadOnlyList<string> Aliases => _attribute.Aliases;

    /// <summary>Heading under which it is listed.</summary>
    public string Group => _attribute.Group;

    /// <summary>What it does.</summary>
    public string Help => _attribute.Help;

    /// <summary>Whether several values may follow one flag.</summary>
    public bool IsList { get; }

    /// <summary>Type of one value, without its nullability.</summary>
    public Type ElementType { get; }

    /// <summary>Whether "not set" is a value.</summary>
    public bool CanBeNull { get; }

    /// <summary>The value when nobody sets it.</summary>
    public object? Default { get; }

    /// <summary>Whether it holds a path, and how that is looked up.</summary>
    public PathUse Path => _attribute.Path;

    /// <summary>Whether the flag alone means true.</summary>
    public bool IsSwitch => ElementType == typeof(bool) && !IsList;

    /// <summary>The words that an enumerated setting takes; empty for the others.</summary>
    public IReadOnlyList<string> Choices => ElementType.IsEnum ? SettingValues.ChoicesOf(ElementType) : [];

    /// <summary>The default as help shows it; what null stands for when there is no value.</summary>
    public string DefaultText
    {
        get
        {
            var text = Default switch
            {
                null => "",
                IEnumerable list and not string => string.Join(' ', list.Cast<object>().Select(SettingValues.Format)),
                _ => SettingValues.Format(Default),
            };
            return text.Length > 0 ? text : _attribute.DefaultNote ?? "none";
        }
    }

    /// <summary>What kind of value follows the flag, as help shows it.</summary>
    public string ValueHint
    {
        get
        {
            var one = Choices.Count > 0 ? string.Join('|', Choices)
                : ElementType == typeof(bool) ? "true|false"
                : ElementType == typeof(int) ? "<n>"
                : ElementType == typeof(double) ? "<number>"
                : ElementType == typeof(ByteSize) ? "<size>"
                : ElementType == typeof(LossScale) ? LossScale.Hint
                : Path == PathUse.FileOrName ? "<name|file>"
                : Path != PathUse.None ? "<path>"
                : "<text>";
            return IsList ? one + " …" : one;
        }
    }

    internal ExitCode MissingPath => _attribute.MissingPath;

    internal IReadOnlyList<string> NotPaths => _attribute.NotPaths;

    internal bool IsPositional => _attribute.IsPositional;

    internal bool SplitOnComma => _attribute.SplitOnComma;

    internal object? GetValue(VerbSettings settings) => _property.GetValue(settings);

    internal void SetValue(VerbSettings settings, object? value) => _property.SetValue(settings, value);
}

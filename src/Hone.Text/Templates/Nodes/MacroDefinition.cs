namespace Hone.Text.Templates.Nodes;

/// <summary>What is written of a macro or of the body of a call block.</summary>
/// <param name="Name">Its name; "caller" for a call block.</param>
/// <param name="Parameters">The parameters in order.</param>
/// <param name="Body">What it renders.</param>
/// <param name="UsesCaller">Whether it mentions <c>caller</c>.</param>
/// <param name="UsesKeywords">Whether it mentions <c>kwargs</c>, and so takes any keyword.</param>
/// <param name="UsesVarargs">Whether it mentions <c>varargs</c>, and so takes any number of arguments.</param>
internal sealed record MacroDefinition(
    string Name, Parameter[] Parameters, Statement[] Body, bool UsesCaller, bool UsesKeywords, bool UsesVarargs);

/// <summary>A parameter of a macro.</summary>
/// <param name="Name">The variable it becomes.</param>
/// <param name="Default">What it is when it isn't given; null when it has no default.</param>
internal sealed record Parameter(string Name, Expression? Default);

namespace Hone.Settings;

/// <summary>Settings of <c>hone template list</c>.</summary>
public sealed record TemplateListSettings : VerbSettings;

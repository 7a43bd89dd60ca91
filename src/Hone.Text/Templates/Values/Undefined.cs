using Hone.Text.Templates.Runtime;

namespace Hone.Text.Templates.Values;

/// <summary>Jinja's default undefined value: prints as nothing, is false and empty, and anything else fails with its message.</summary>
internal sealed class Undefined
{
    private readonly string? message;
    private readonly object? owner;
    private readonly object? key;

    public Undefined(string message) => this.message = message;

    /// <summary>A missing attribute or item. The message is only made when somebody reads it: most are tested, not used.</summary>
    public Undefined(object? owner, object? key) => (this.owner, this.key) = (owner, key);

    public string Message => message ?? (key is string name
        ? $"'{TypeNames.Describe(owner)}' has no attribute '{name}'"
        : $"{TypeNames.Describe(owner)} has no such element");

    public TemplateFailure Failure() => new(Message);
}

namespace Hone.TinyModel;

/// <summary>The options after a command: <c>--name value</c> pairs, and <c>--json</c> alone.</summary>
internal sealed class CommandOptions
{
    private readonly Dictionary<string, string> values = [];

    /// <summary>Reads the options; only the allowed names are accepted.</summary>
    public CommandOptions(ReadOnlySpan<string> arguments, params string[] allowed)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (!allowed.Contains(name))
            {
                var nearest = Suggestion.Nearest(name, allowed);
                throw new HoneException(ExitCode.Usage, $"Unknown option {name}.", null, nearest is null ? null : $"Did you mean {nearest}?");
            }

            if (name == "--json") values[name] = "";
            else if (i + 1 < arguments.Length) values[name] = arguments[++i];
            else throw new HoneException(ExitCode.Usage, $"{name} needs a value.");
        }
    }

    /// <summary>True when the option was given.</summary>
    public bool Has(string name) => values.ContainsKey(name);

    /// <summary>The value of an option that must be there.</summary>
    public string Text(string name) => values.GetValueOrDefault(name) ?? throw new HoneException(ExitCode.Usage, $"{name} is missing.");

    /// <summary>The value of an option as a whole number that is not negative.</summary>
    public long Number(string name) =>
        long.TryParse(Text(name), out var number) && number >= 0
            ? number
            : throw new HoneException(ExitCode.Usage, $"{name} is not a whole number: {Text(name)}.");
}

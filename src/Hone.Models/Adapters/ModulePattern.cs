using System.Text.RegularExpressions;

namespace Hone.Models.Adapters;

/// <summary>
/// Regular expressions from adapter settings. They are Python's in these files; what is common there means the same here.
/// A pattern that takes too long is an error, because strangers write these files.
/// </summary>
internal sealed class ModulePattern
{
    private const int MaxLength = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Regex regex;
    private readonly string source;
    private readonly ExitCode exitCode;

    private ModulePattern(string source, string anchored, ExitCode exitCode)
    {
        this.source = source;
        this.exitCode = exitCode;
        if (source.Length > MaxLength)
            throw new HoneException(exitCode, $"A regular expression of {source.Length:N0} characters is too long.", null, "Simplify the pattern.");
        try
        {
            regex = new Regex(anchored, RegexOptions.CultureInvariant, Patience);
        }
        catch (ArgumentException e)
        {
            throw new HoneException(exitCode, $"\"{Excerpt.Of(source)}\" is not a valid regular expression: {e.Message}", null, "Correct the pattern.", e);
        }
    }

    /// <summary>Matches the whole path.</summary>
    public static ModulePattern Whole(string pattern, ExitCode exitCode) => new(pattern, $@"\A(?:{pattern})\z", exitCode);

    /// <summary>Matches the whole path, or its end after a dot, as <c>rank_pattern</c> and <c>alpha_pattern</c> do.</summary>
    public static ModulePattern End(string pattern, ExitCode exitCode) => new(pattern, $@"\A(?:.*\.)?(?:{pattern})\z", exitCode);

    /// <summary>Finds the number after a module list of this name, as <c>layers_pattern</c> does; without a name, after any.</summary>
    public static ModulePattern LayerNumber(string? pattern, ExitCode exitCode) =>
        new(pattern ?? "", pattern is null ? @"\A.*\.[^.]*\.(?<layer>[0-9]+)\." : $@"\A.*\.(?:{pattern})\.(?<layer>[0-9]+)\.", exitCode);

    public bool IsMatch(string path) => Match(path).Success;

    /// <summary>The layer number in a path, or null.</summary>
    public int? LayerOf(string path) => Match(path) is { Success: true } match && int.TryParse(match.Groups["layer"].Value, out var layer) ? layer : null;

    private Match Match(string path)
    {
        try
        {
            return regex.Match(path);
        }
        catch (RegexMatchTimeoutException e)
        {
            throw new HoneException(exitCode, $"The regular expression \"{Excerpt.Of(source)}\" takes too long on {Excerpt.Of(path)}.", null, "Simplify the pattern.", e);
        }
    }
}

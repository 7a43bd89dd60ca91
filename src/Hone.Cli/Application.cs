using System.Collections;
using System.Reflection;
using Hone.Settings;
using Hone.Training;

namespace Hone.Cli;

/// <summary>The command line as a whole: finds the verb, binds its settings, runs it, and turns every failure into words and an exit code.</summary>
internal sealed class Application(IReadOnlyList<IVerb> verbs, CliConsole console, IReadOnlyDictionary<string, string> environment, Interruption interruption)
{
    /// <summary>The version of the build, without its source revision.</summary>
    public static string Version { get; } =
        typeof(Application).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    /// <summary>The variables of this process.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);

    /// <summary>Runs one command line and returns the exit code.</summary>
    public int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            var code = Dispatch(arguments);
            console.Flush();
            return code;
        }
        catch (HoneException e)
        {
            console.Error(e.Message, e.Where, e.Fix);
            if (IsDebug) console.Notice(e.ToString());
            return (int)e.ExitCode;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            return Interruption.ExitCode;
        }
        catch (IOException e) // a full disk, a device that went away: nothing that hone did wrong
        {
            console.Error($"reading or writing failed: {e.Message.TrimEnd('.')}", null, "free some space, or write somewhere else; then run it again");
            if (IsDebug) console.Notice(e.ToString());
            return (int)ExitCode.Other;
        }
        catch (Exception e) // the last resort: a person must never see only a stack trace
        {
            Apologize(e);
            return (int)ExitCode.Other;
        }
    }

    private bool IsDebug => environment.GetValueOrDefault("HONE_DEBUG") is not (null or "" or "0");

    private int Dispatch(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments is ["--help" or "-h" or "help"]) return Show(HelpPage.OfAll(verbs, console.Width));
        if (arguments is ["--version" or "-V" or "version"]) return Show($"hone {Version}\n");
        if (arguments[0] == "help") return Show(HelpPage.Of(Find([.. arguments.Skip(1)]).Verb, console.Width));

        var (verb, words) = Find(arguments);
        List<string> rest = [.. arguments.Skip(words)];
        if (rest.Any(a => a is "--help" or "-h")) return Show(HelpPage.Of(verb, console.Width));

        var settings = Registrations.Resolve(SettingsBinder.Bind(verb.SettingsType, rest, environment));
        (console.Json, console.IsDebug) = (settings.Json, IsDebug);
        interruption.Expect(verb.OnInterrupt);
        return (int)verb.Run(settings, console, interruption);
    }

    private int Show(string text)
    {
        console.Out.Write(text);
        return (int)ExitCode.Done;
    }

    /// <summary>The verb that the arguments begin with, and how many words its name has; the longest name wins.</summary>
    private (IVerb Verb, int Words) Find(IReadOnlyList<string> arguments)
    {
        foreach (var verb in verbs.OrderByDescending(v => v.Name.Count(c => c == ' ')))
        {
            var words = verb.Name.Split(' ');
            if (arguments.Count >= words.Length && words.Zip(arguments).All(pair => pair.First == Canonical(pair.Second))) return (verb, words.Length);
        }

        throw UnknownVerb(arguments[0], arguments.Skip(1).FirstOrDefault());
    }

    private HoneException UnknownVerb(string first, string? second)
    {
        var family = verbs.Where(v => v.Name.StartsWith(Canonical(first) + " ", StringComparison.Ordinal)).Select(v => v.Name).ToList();
        if (family.Count > 0)
            return new HoneException(ExitCode.Usage, $"'{first}' needs a second word", null, $"type {string.Join(" or ", family.Select(n => "hone " + n))}");
        if (first.StartsWith('-'))
            return new HoneException(ExitCode.Usage, $"'{first}' stands before the verb", null, "type hone <verb> [settings]; hone --help lists the verbs");
        var names = verbs.Select(v => v.Name).ToList();
        var near = (second is null ? null : Suggestion.Nearest($"{first} {second}", names)) ?? Suggestion.Nearest(first, names);
        return new HoneException(ExitCode.Usage, $"there is no verb '{first}'", null,
            near is null ? "hone --help lists the verbs" : $"did you mean hone {near}?");
    }

    private static string Canonical(string word) => word.Replace('_', '-').ToLowerInvariant();

    private void Apologize(Exception e)
    {
        console.Error($"sorry, this is a fault in hone {Version}, not in what you did: {e.GetType().Name}: {e.Message}", null,
            IsDebug ? "please report it with the details below" : "set HONE_DEBUG=1 and run the command again for the details, and please report them");
        if (IsDebug) console.Notice(e.ToString());
    }
}

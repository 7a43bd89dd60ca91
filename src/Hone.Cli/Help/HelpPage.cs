using System.Text;
using Hone.Settings;

namespace Hone.Cli;

/// <summary>Help as text: generated from the verbs and their settings, laid out for a width.</summary>
internal static class HelpPage
{
    /// <summary>Longer lines are hard to read, however wide the window is.</summary>
    private const int WidestText = 120;

    /// <summary>From this width on, help stands beside the flags; below, under them.</summary>
    private const int TwoColumns = 72;

    /// <summary>The page of <c>hone --help</c>.</summary>
    public static string OfAll(IReadOnlyList<IVerb> verbs, int width)
    {
        width = Math.Min(width, WidestText);
        var text = new StringBuilder();
        Paragraph(text, "Hone fine-tunes large language models, in C# from the tokenizer to the matrix product.", width, 0);
        text.Append("\nUsage:\n  hone <verb> [config.yaml] [settings]\n\nVerbs:\n");
        var nameWidth = verbs.Select(v => v.Name.Length).DefaultIfEmpty(0).Max();
        foreach (var verb in verbs) Entry(text, verb.Name, verb.Summary, nameWidth + 4, width);
        text.Append('\n');
        Paragraph(text, "hone <verb> --help lists the settings of a verb with their defaults.", width, 0);
        Paragraph(text, "hone --version prints the version.", width, 0);
        return text.ToString();
    }

    /// <summary>The page of <c>hone &lt;verb&gt; --help</c>.</summary>
    public static string Of(IVerb verb, int width)
    {
        width = Math.Min(width, WidestText);
        var text = new StringBuilder();
        Paragraph(text, verb.Summary, width, 0);
        text.Append("\nUsage:\n");
        Paragraph(text, $"hone {verb.Name} [config.yaml] [settings]", width, 2);
        text.Append("\nExample:\n");
        Paragraph(text, $"hone {verb.Example}", width, 2);
        var settings = SettingSchema.Of(verb.SettingsType).Settings;
        foreach (var group in settings.Where(verb.Lists).GroupBy(s => s.Group))
        {
            text.Append('\n').Append(group.Key).Append(":\n");
            foreach (var setting in group) Entry(text, $"--{setting.Name} {setting.ValueHint}", Description(setting), 36, width);
        }

        text.Append('\n');
        if (!settings.All(verb.Lists))
        {
            Paragraph(text, "The other settings of hone sft are taken too, so that the file of a run can be given as it is; they change nothing here.", width, 0);
            text.Append('\n');
        }

        Paragraph(text, "Each setting can also stand in a YAML or JSON file ('name: value'; give the file first) or in a variable "
            + "HONE_<NAME>. Flags win over variables, variables over the file. Dashes and underscores are the same.", width, 0);
        return text.ToString();
    }

    private static string Description(SettingInfo setting)
    {
        var text = $"{setting.Help} [default: {setting.DefaultText}]";
        return setting.Aliases.Count == 0 ? text : $"{text} [also: {string.Join(' ', setting.Aliases.Select(a => (a.Length == 1 ? "-" : "--") + a))}]";
    }

    /// <summary>A term with its description beside it, or under it where that is too narrow or the term too long.</summary>
    private static void Entry(StringBuilder text, string term, string description, int column, int width)
    {
        if (width < TwoColumns)
        {
            Paragraph(text, term, width, 2);
            Paragraph(text, description, width, 6);
            return;
        }

        var lines = Wrap(description, width - column);
        var head = "  " + term;
        if (head.Length > column - 2) text.Append(head).Append('\n');
        else text.Append(head.PadRight(column)).Append(lines[0]).Append('\n');
        foreach (var line in lines.Skip(head.Length > column - 2 ? 0 : 1)) text.Append(' ', column).Append(line).Append('\n');
    }

    private static void Paragraph(StringBuilder text, string paragraph, int width, int indent)
    {
        foreach (var line in Wrap(paragraph, width - indent)) text.Append(' ', indent).Append(line).Append('\n');
    }

    /// <summary>Breaks at spaces, and after '|' where a list of choices is longer than a line.</summary>
    private static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        var line = "";
        foreach (var word in text.Split(' '))
        {
            var rest = word;
            if (line.Length > 0 && line.Length + 1 + rest.Length <= width)
            {
                line += " " + rest;
                continue;
            }

            if (line.Length > 0) lines.Add(line);
            while (rest.Length > width)
            {
                var cut = rest.LastIndexOf('|', width - 1) + 1;
                if (cut == 0) cut = width;
                lines.Add(rest[..cut]);
                rest = rest[cut..];
            }

            line = rest;
        }

        lines.Add(line);
        return lines;
    }
}

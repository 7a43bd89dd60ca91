using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Talk;

/// <summary>
/// Reads relation files: <c>relation name</c>, lines of <c>setting value</c>, then sections such as <c>[en ask]</c> with one
/// template a line. An empty line ends a relation's sections only when a new <c>relation</c> follows.
/// </summary>
internal static class RelationReader
{
    /// <summary>All relations of a built-in file.</summary>
    public static List<Relation> Read(string file, World world)
    {
        var relations = new List<Relation>();
        List<Template>? section = null;
        foreach (var line in Table.Lines($"Talk/{file}.talk"))
        {
            if (line.Length == 0) continue;
            if (line.StartsWith("relation ", StringComparison.Ordinal))
            {
                relations.Add(new Relation { Name = line[9..] });
                section = null;
            }
            else if (line[0] == '[') section = SectionOf(relations[^1], line);
            else if (section is not null) section.Add(Template.Parse(line));
            else Set(relations[^1], line, world);
        }

        return relations;
    }

    private static List<Template> SectionOf(Relation relation, string line)
    {
        var words = line.Trim('[', ']').Split(' ');
        return relation.In(TongueOf(words[0])).Section(words[1]) ?? throw new FormatException($"{relation.Name}: unknown section {line}");
    }

    private static void Set(Relation relation, string line, World world)
    {
        var (name, value) = (line[..line.IndexOf(' ')], line[(line.IndexOf(' ') + 1)..]);
        switch (name)
        {
            case "category": relation.Category = value; break;
            case "facts": relation.Source = world[value]; break;
            case "weight": relation.Weight = int.Parse(value); break;
            case "holdout": relation.HoldsOutInstances = value == "instance"; break;
            case "role": relation.Role = value; break;
            case "articles": relation.InArticles = value != "no"; break;
            case "referent": relation.ReferentIsClear = value != "unclear"; break;
            case "key":
                foreach (var tongue in Enum.GetValues<Tongue>()) relation.In(tongue).Key ??= Template.Parse(value);
                break;
            case "key.en" or "key.zh":
                relation.In(TongueOf(name[4..])).Key = Template.Parse(value);
                break;
            default: throw new FormatException($"{relation.Name}: unknown setting {name}");
        }
    }

    private static Tongue TongueOf(string code) => code switch
    {
        "en" => Tongue.English,
        "zh" => Tongue.Chinese,
        _ => throw new FormatException($"Unknown language {code}"),
    };
}

using Hone.TinyModel.Facts;
using Hone.TinyModel.Language;

namespace Hone.TinyModel.Talk;

/// <summary>All that can be said: the relations, the remarks, the stories and the system messages.</summary>
internal sealed class TalkBook
{
    private static readonly string[] Files = ["geography", "animals", "words", "letters", "grammar", "sums", "numbers", "everyday", "calendar", "general", "smalltalk"];

    private readonly Relation[][] byWeight = new Relation[2][];
    private readonly Dictionary<string, List<Template>> systems = [];

    /// <summary>Reads every built-in file.</summary>
    public TalkBook()
    {
        Asked = [.. Files.SelectMany(file => RelationReader.Read(file, World))];
        Remarks = RelationReader.Read("remarks", World).ToDictionary(remark => remark.Name);
        Stories = RelationReader.Read("stories", World);
        foreach (var tongue in Enum.GetValues<Tongue>())
            byWeight[(int)tongue] = [.. Asked.Where(relation => relation.Speaks(tongue)).SelectMany(relation => Enumerable.Repeat(relation, relation.Weight))];
        ReadSystems();
    }

    /// <summary>What is true.</summary>
    public World World { get; } = new();

    /// <summary>The relations that can be asked about.</summary>
    public IReadOnlyList<Relation> Asked { get; }

    /// <summary>Requests about the last answer, by name.</summary>
    public IReadOnlyDictionary<string, Relation> Remarks { get; }

    /// <summary>Little stories, told only in pre-training texts.</summary>
    public IReadOnlyList<Relation> Stories { get; }

    /// <summary>A relation that speaks the language, drawn by weight.</summary>
    public Relation Draw(Tongue tongue, RowRandom random) => random.Pick(byWeight[(int)tongue]);

    /// <summary>The system messages of a language that name nobody, or those with a name and an author.</summary>
    public IReadOnlyList<Template> Systems(Tongue tongue, bool named) => systems[$"{tongue.Code()} {(named ? "named" : "plain")}"];

    private void ReadSystems()
    {
        var section = "";
        foreach (var line in Table.Lines("Talk/systems.txt"))
        {
            if (line[0] == '[') systems[section = line.Trim('[', ']')] = [];
            else systems[section].Add(Template.Parse(line));
        }
    }
}

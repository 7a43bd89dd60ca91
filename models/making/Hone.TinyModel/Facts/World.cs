namespace Hone.TinyModel.Facts;

/// <summary>Everything that is true in the small world, by the names that the relation files use.</summary>
internal sealed class World
{
    private readonly Dictionary<string, FactSource> sources = [];

    /// <summary>Reads the tables and sets up the computed facts.</summary>
    public World()
    {
        foreach (var name in new[] { "countries", "landmarks", "opposites", "colours", "mixing", "materials", "uses", "jobs", "verbs",
            "adjectives", "family", "shapes", "senses", "days", "months", "planets", "letters", "people", "general", "unknown", "places", "assistants" })
            sources[name] = new FactSource(Table.Read(name));
        sources["nouns"] = new FactSource(Words.Nouns());
        sources["animals"] = new FactSource(Words.Animals());
        sources["nothing"] = new FactSource([new Fact("nothing", "nothing", new Dictionary<string, string>())]);
        sources["self"] = new FactSource([Assistant("Hone Tiny", "the Hone project", "Hone项目")]);
        AddNumbers();
        AddGames();
    }

    /// <summary>A source by name; throws <see cref="KeyNotFoundException"/> for one that does not exist.</summary>
    public FactSource this[string name] => sources[name];

    /// <summary>Who an assistant is.</summary>
    public static Fact Assistant(string name, string author, string authorInChinese) => new("self", $"self:{name}", new Dictionary<string, string>
    {
        ["name"] = name,
        ["author"] = author,
        ["author_zh"] = authorInChinese,
    });

    private void AddNumbers()
    {
        sources["additions"] = new FactSource(Numbers.Addition, Numbers.AdditionTo);
        sources["subtractions"] = new FactSource(Numbers.Subtraction, Numbers.SubtractionFrom);
        sources["products"] = new FactSource(Numbers.Products());
        sources["doubles"] = new FactSource(random => Numbers.Double(random.Between(1, 50))!, (a, _) => Numbers.Double(a));
        sources["halves"] = new FactSource(random => Numbers.Half(2 * random.Between(1, 50))!, (a, _) => Numbers.Half(a));
        sources["numbers"] = new FactSource([.. Enumerable.Range(1, 99).Select(Numbers.Single)], (a, _) => a is < 1 or > 99 ? null : Numbers.Single(a));
        sources["number_pairs"] = new FactSource(Numbers.Pair);
        sources["number_sorts"] = new FactSource(Numbers.Sort);
        sources["sequences"] = new FactSource(Numbers.Sequence);
        sources["large_numbers"] = new FactSource(Numbers.LargePair);
    }

    private void AddGames()
    {
        var (nouns, animals) = (sources["nouns"], sources["animals"]);
        sources["animal_pairs"] = new FactSource(random => Words.AnimalPair(animals.All!, random));
        sources["odd_ones"] = new FactSource(random => Words.OddOne(nouns.All!, random));
        sources["word_sorts"] = new FactSource(random => Words.Sort(nouns.All!, random));
        var stories = new Stories(sources["people"], nouns, animals, sources["countries"]);
        sources["story_additions"] = new FactSource(stories.Addition);
        sources["story_subtractions"] = new FactSource(stories.Subtraction);
        sources["story_worlds"] = new FactSource(stories.World);
    }
}

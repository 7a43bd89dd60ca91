using Hone.TinyModel.Language;

namespace Hone.TinyModel.Facts;

/// <summary>Facts about words that are computed from their letters, and games with several of them.</summary>
internal static class Words
{
    /// <summary>The nouns with their letters counted and spelled and a rhyme chosen.</summary>
    public static Fact[] Nouns() => [.. Table.Read("nouns").Select(Lettered)];

    /// <summary>The animals, with the Chinese for "has … legs" made from the number of legs.</summary>
    public static Fact[] Animals() => [.. Table.Read("animals").Select(animal =>
    {
        var legs = animal.Values["legs_zh"];
        if (legs.Length == 0) return animal;
        var has = legs.StartsWith('没') ? legs : "有" + legs;
        return animal with { Values = new Dictionary<string, string>(animal.Values) { ["legs_has_zh"] = has } };
    })];

    /// <summary>Two animals of which one is clearly bigger.</summary>
    public static Fact AnimalPair(Fact[] animals, RowRandom random)
    {
        Fact a, b;
        do (a, b) = (random.Pick(animals), random.Pick(animals));
        while (Math.Abs(Size(a) - Size(b)) < 2);
        var (small, big) = Size(a) < Size(b) ? (a, b) : (b, a);
        var values = new Dictionary<string, string>();
        Put(values, "first", a, "animal");
        Put(values, "second", b, "animal");
        Put(values, "bigger", big, "animal");
        Put(values, "smaller", small, "animal");
        values["bigger_key"] = values["bigger"] + " is bigger";
        values["bigger_key_zh"] = values["bigger_zh"] + "比";
        values["smaller_key"] = values["smaller"] + " is smaller";
        values["smaller_key_zh"] = values["smaller_zh"] + "比";
        var instance = $"size:{values["smaller"]}:{values["bigger"]}";
        return new Fact(instance, instance, values);
    }

    /// <summary>Three nouns of which one is of another kind.</summary>
    public static Fact OddOne(Fact[] nouns, RowRandom random)
    {
        var kinds = nouns.Where(noun => noun.Values.ContainsKey("kind")).GroupBy(noun => noun.Values["kind"]).Where(kind => kind.Count() > 2).ToArray();
        var two = random.Shuffled(kinds);
        var same = random.Shuffled(two[0]);
        var odd = random.Pick(two[1].ToArray());
        var three = random.Shuffled([same[0], same[1], odd]);
        var values = new Dictionary<string, string>();
        Put(values, "first", three[0], "word");
        Put(values, "second", three[1], "word");
        Put(values, "third", three[2], "word");
        Put(values, "odd", odd, "word");
        Put(values, "kind", same[0], "kind");
        values["odd_key"] = values["odd"] + " is not";
        values["odd_key_zh"] = values["odd_zh"] + "不是";
        var instance = "odd:" + string.Join(':', three.Select(noun => noun.Values["word"]).Order(StringComparer.Ordinal));
        return new Fact(instance, instance, values);
    }

    /// <summary>Three nouns with different first letters, and their alphabetical order.</summary>
    public static Fact Sort(Fact[] nouns, RowRandom random)
    {
        var three = random.Shuffled(nouns.Select(noun => noun.Values["word"])).DistinctBy(word => word[0]).Take(3).ToArray();
        var sorted = string.Join(", ", three.Order(StringComparer.Ordinal));
        return new Fact($"sort:{sorted}", $"sort:{sorted}", new Dictionary<string, string>
        {
            ["first"] = three[0],
            ["second"] = three[1],
            ["third"] = three[2],
            ["sorted"] = sorted,
        });
    }

    private static Fact Lettered(Fact noun)
    {
        var word = noun.Values["word"];
        var values = new Dictionary<string, string>(noun.Values)
        {
            ["first"] = char.ToUpperInvariant(word[0]).ToString(),
            ["last"] = char.ToUpperInvariant(word[^1]).ToString(),
            ["count_letters"] = $"{English.Number(word.Length)} letters",
            ["count_letters_zh"] = $"{word.Length}个字母",
            ["spelled"] = string.Join('-', word.ToUpperInvariant().ToCharArray()),
        };
        if (values.TryGetValue("rhymes", out var rhymes)) values["rhyme"] = rhymes.Split('|')[0];
        return noun with { Values = values };
    }

    private static int Size(Fact animal) => int.Parse(animal.Values["size"]);

    private static void Put(Dictionary<string, string> values, string slot, Fact fact, string column)
    {
        values[slot] = fact.Values[column];
        values[slot + "_zh"] = fact.Values[column + "_zh"];
    }
}

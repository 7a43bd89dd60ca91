using Hone.TinyModel.Language;

namespace Hone.TinyModel.Facts;

/// <summary>Facts with people in them: small sums about things that they own, and what they see of the world.</summary>
internal sealed class Stories(FactSource people, FactSource nouns, FactSource animals, FactSource countries)
{
    private static readonly (string English, string Chinese)[] Breakfasts =
        [("bread and cheese", "面包和奶酪"), ("an egg", "一个鸡蛋"), ("rice", "米饭"), ("an apple and bread", "一个苹果和面包"), ("noodles", "面条")];

    private static readonly string[] Countable = ["fruit", "vegetable", "toy", "school thing", "kitchen thing", "flower"];

    private readonly Fact[] things = [.. nouns.All!.Where(noun => noun.Values.TryGetValue("kind", out var kind) && Countable.Contains(kind))];
    private readonly Fact[] complete = [.. countries.All!.Where(country => country.Values.Count == 10 && country.Values.Values.All(value => value.Length > 0))];
    private readonly Fact[] jobs = Table.Read("jobs");
    private readonly Fact[] days = Table.Read("days");
    private readonly Fact[] months = Table.Read("months");
    private readonly Fact[] colours = Table.Read("colours");
    private readonly Fact[] uses = Table.Read("uses");

    /// <summary>Someone gets more of something; the sum is the same instance as the bare sum.</summary>
    public Fact Addition(RowRandom random) => WithThings(Numbers.Add(random.Between(2, 20), random.Between(2, 12)), random);

    /// <summary>Someone gives some away and keeps at least two.</summary>
    public Fact Subtraction(RowRandom random)
    {
        var b = random.Between(2, 12);
        return WithThings(Numbers.Subtract(b + random.Between(2, 15), b), random);
    }

    /// <summary>Two people and one of everything in the world.</summary>
    public Fact World(RowRandom random)
    {
        var values = new Dictionary<string, string>();
        foreach (var source in new[] { random.Pick(nouns.All!), random.Pick(animals.All!), random.Pick(complete), random.Pick(colours), random.Pick(uses), random.Pick(people.All!) })
            foreach (var (slot, value) in source.Values) values[slot] = value;
        var day = random.Pick(days);
        PutAs(values, day, "day", "day");
        PutAs(values, day, "next", "next_day");
        PutAs(values, random.Pick(months), "month", "month");
        var job = random.Pick(jobs);
        PutAs(values, job, "job", "job");
        PutAs(values, job, "work", "work");
        PutAs(values, job, "place", "workplace");
        (values["breakfast"], values["breakfast_zh"]) = random.Pick(Breakfasts);
        return new Fact("story", "story", values);
    }

    private Fact WithThings(Fact sum, RowRandom random)
    {
        var values = new Dictionary<string, string>(sum.Values);
        foreach (var (slot, value) in random.Pick(people.All!).Values) values[slot] = value;
        var thing = random.Pick(things);
        values["things"] = thing.Values["plural"];
        values["word"] = thing.Values["word"];
        values["word_zh"] = thing.Values["word_zh"];
        values["measure"] = thing.Values["measure"];
        return sum with { Values = values, Number = null };
    }

    private static void PutAs(Dictionary<string, string> values, Fact fact, string column, string slot)
    {
        values[slot] = fact.Values[column];
        values[slot + "_zh"] = fact.Values[column + "_zh"];
    }
}

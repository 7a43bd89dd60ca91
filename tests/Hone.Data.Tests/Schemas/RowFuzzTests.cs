using System.Text;
using System.Text.Json.Nodes;
using Hone.Testing;
using Hone.Text.Templates;
using Hone.Text.Tokenizers;

namespace Hone.Data.Tests.Schemas;

/// <summary>
/// Rows of every form with something wrong in one of them: wrong types, missing, doubled and nested columns, broken text. That row is used
/// or named with its reason, and the rows around it give what they gave.
/// </summary>
public sealed class RowFuzzTests : IDisposable
{
    private const string Good = """{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"r"}]}""";

    private readonly TemporaryFolder folder = new();
    private readonly DatasetLoader loader;

    public RowFuzzTests()
    {
        var model = SharedData.PathOf("tokenizers/qwen2.5");
        var tokenizer = Tokenizer.Load(model);
        var template = ChatTemplate.FromFile(SharedData.PathOf("templates/qwen2.5.jinja"), model);
        loader = new DatasetLoader(tokenizer, template, tokenizer.StopIds([]), new DatasetOptions { MaxLength = 4096, Threads = 1, ModelName = ["n"], ModelAuthor = ["a"] });
    }

    public void Dispose() => folder.Dispose();

    private static int Rounds => 25 * (int.TryParse(Environment.GetEnvironmentVariable("HONE_FUZZ_ROUNDS"), out var rounds) ? rounds : 1);

    [Fact]
    public void A_damaged_row_costs_itself_alone()
    {
        var random = new Random(4711);
        var (used, named) = (0, 0);
        foreach (var example in Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "examples/data/rows"), "*.jsonl").Order(StringComparer.Ordinal))
        {
            string[] lines = [Good, .. File.ReadAllLines(example), Good];
            var good = Load(lines.Select(Encoding.UTF8.GetBytes));
            for (var i = 0; i < Rounds; i++)
            {
                var bad = random.Next(1, lines.Length - 1);
                var damaged = Damage(lines[bad], random);
                var loaded = Load(lines.Select((line, n) => n == bad ? damaged : Encoding.UTF8.GetBytes(line)));
                Assert.True(loaded.Keys.All(row => row == bad + 1 || Same(good.GetValueOrDefault(row), loaded[row])),
                    $"{example}, round {i}, row {bad + 1}: {Encoding.UTF8.GetString(damaged)}");
                Assert.Equal(good.Keys.Where(row => row != bad + 1), loaded.Keys.Where(row => row != bad + 1));
                if (loaded.ContainsKey(bad + 1)) used++;
                else named++;
            }
        }

        Assert.True(used > 50 && named > 50, $"{used} used, {named} named");
    }

    [Fact]
    public void A_damaged_description_of_data_sets_is_used_or_refused()
    {
        const string Description = """{"rows":{"file_name":"rows.jsonl","formatting":"sharegpt","columns":{"messages":"chat","system":"s"},"tags":{"role_tag":"r","content_tag":"c","user_tag":"u","assistant_tag":"a"}}}""";
        var random = new Random(99);
        folder.Write("rows.jsonl", """{"chat":[{"r":"u","c":"q"},{"r":"a","c":"b"}]}""");
        var (used, refused) = (0, 0);
        for (var i = 0; i < 10 * Rounds; i++)
        {
            File.WriteAllBytes(folder.PathOf("dataset_info.json"), Damage(Description, random));
            try
            {
                using var data = new DatasetLoader(null, null, [], new DatasetOptions()).Load([(folder.PathOf("rows.jsonl"), null)], cancellation: TestContext.Current.CancellationToken);
                used++;
            }
            catch (HoneException e)
            {
                Assert.Equal(ExitCode.Data, e.ExitCode);
                Assert.NotNull(e.Where);
                refused++;
            }
        }

        Assert.True(used + refused == 10 * Rounds && refused > 50, $"{used} used, {refused} refused");
    }

    /// <summary>The tokens of each row that is used; every row is either used or accounted for.</summary>
    private SortedDictionary<int, TokenizedSample> Load(IEnumerable<byte[]> lines)
    {
        var path = folder.PathOf("rows.jsonl");
        File.WriteAllBytes(path, [.. lines.SelectMany(line => line.Append((byte)'\n'))]);
        using var data = loader.Load([(path, null)], cancellation: TestContext.Current.CancellationToken);
        var report = data.Report;
        Assert.Equal(report.Rows, report.Samples + report.Rejected.Count + report.TooLong.Count);
        Assert.All(report.Rejected.First, r => Assert.InRange(r.Reason.Length, 5, 1000));
        return new(data.Samples.ToDictionary(s => data.Locations[s.Row].Row));
    }

    private static bool Same(TokenizedSample? a, TokenizedSample b) => a is not null && a.Ids.SequenceEqual(b.Ids) && a.LossWeights.SequenceEqual(b.LossWeights);

    private static byte[] Damage(string row, Random random)
    {
        if (random.Next(4) == 0) return DamageBytes(Encoding.UTF8.GetBytes(row), random);
        var json = JsonNode.Parse(row)!.AsObject();
        for (var n = random.Next(1, 3); n > 0; n--) DamageValue(json, random);
        var text = json.ToJsonString();
        if (random.Next(8) == 0 && json.Count > 0) text = string.Concat("{", JsonValue.Create(json.First().Key).ToJsonString(), ":1,", text.AsSpan(1));
        return Encoding.UTF8.GetBytes(text.Replace("BROKEN", "\\ud800", StringComparison.Ordinal));
    }

    /// <summary>Bytes that are changed, left out or cut off, without making two lines of one.</summary>
    private static byte[] DamageBytes(byte[] row, Random random)
    {
        if (random.Next(4) == 0) return row[..random.Next(row.Length)];
        var at = random.Next(row.Length);
        row[at] = random.Next(3) switch { 0 => (byte)random.Next(11, 256), 1 => (byte)(row[at] ^ 0x80), _ => "{}[]\",:0\\"u8[random.Next(9)] };
        return row;
    }

    private static void DamageValue(JsonObject row, Random random)
    {
        JsonNode at = row;
        while (random.Next(3) > 0 && Children(at).Where(c => c is JsonObject { Count: > 0 } or JsonArray { Count: > 0 }).ToList() is { Count: > 0 } inner)
            at = inner[random.Next(inner.Count)]!;
        if (at is JsonObject { Count: > 0 } o)
        {
            var key = o.ElementAt(random.Next(o.Count)).Key;
            if (random.Next(5) == 0) o.Remove(key);
            else if (random.Next(5) == 0 && !o.ContainsKey(key + "s")) o.TryAdd(key + "s", o[key]?.DeepClone());
            else o[key] = Wrong(random);
        }
        else if (at is JsonArray { Count: > 0 } list)
        {
            if (random.Next(4) == 0) list.RemoveAt(random.Next(list.Count));
            else list[random.Next(list.Count)] = Wrong(random);
        }
    }

    private static IEnumerable<JsonNode?> Children(JsonNode node) => node is JsonObject o ? o.Select(p => p.Value) : node is JsonArray a ? a : [];

    private static JsonNode? Wrong(Random random) => random.Next(12) switch
    {
        0 => null,
        1 => true,
        2 => -1,
        3 => JsonNode.Parse("1e999"),
        4 => long.MaxValue,
        5 => new JsonArray(),
        6 => new JsonObject(),
        7 => new JsonArray("text", 1, null),
        8 => JsonNode.Parse(new string('[', 60) + new string(']', 60)),
        9 => "BROKEN",
        10 => "\0 {{ messages }} <|im_end|> \uF8F01\uF8F1",
        _ => "",
    };
}

using System.Reflection;

namespace Hone.Settings.Tests;

public sealed class SchemaTests
{
    public static TheoryData<string> VerbNames => [.. Verbs.All.Select(v => v.Verb)];

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void Every_setting_is_complete_and_has_names_of_its_own(string verb)
    {
        var schema = SettingSchema.Of(Verbs.All.Single(v => v.Verb == verb).Settings); // throws when two share a name
        Assert.All(schema.Settings, s =>
        {
            Assert.Matches("^[a-z][a-z0-9_]*$", s.Name);
            Assert.EndsWith(".", s.Help, StringComparison.Ordinal);
            Assert.NotEmpty(s.DefaultText);
            Assert.Same(s, schema.Find(s.Name.Replace('_', '-').ToUpperInvariant()));
        });
    }

    [Theory]
    [MemberData(nameof(VerbNames))]
    public void A_property_is_named_as_its_setting(string verb)
    {
        var type = Verbs.All.Single(v => v.Verb == verb).Settings;
        foreach (var property in type.GetProperties())
        {
            if (property.GetCustomAttribute<SettingAttribute>() is { } setting)
                Assert.Equal(setting.Name.Replace("_", "", StringComparison.Ordinal), property.Name.ToLowerInvariant());
        }
    }

    [Fact]
    public void The_same_name_means_the_same_thing_in_every_verb()
    {
        var kinds = Verbs.All.SelectMany(v => SettingSchema.Of(v.Settings).Settings).GroupBy(s => s.Name);
        Assert.All(kinds, same => Assert.Single(same.Select(s => (s.ElementType, s.IsList, s.Path)).Distinct()));
    }

    [Fact]
    public void Plan_understands_every_setting_of_the_runs_it_plans()
    {
        var plan = SettingSchema.Of(typeof(PlanSettings));
        var runs = new[] { typeof(SftSettings), typeof(PretrainSettings) }.SelectMany(t => SettingSchema.Of(t).Settings);
        Assert.All(runs, s => Assert.NotNull(plan.Find(s.Name)));
    }

    [Theory]
    [InlineData("5GB", 5_000_000_000, "5GB")]
    [InlineData("500MiB", 524_288_000, "500MiB")]
    [InlineData("1.5kib", 1536, "1536")]
    [InlineData("123", 123, "123")]
    public void Sizes_are_read_and_written(string text, long bytes, string written)
    {
        Assert.True(ByteSize.TryParse(text, out var size));
        Assert.Equal(bytes, size.Bytes);
        Assert.True(ByteSize.TryParse(size.ToString(), out var again));
        Assert.Equal(size, again);
        if (written != text) Assert.StartsWith(written[..3], size.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("GB")]
    [InlineData("-1GB")]
    [InlineData("1e30GB")]
    [InlineData("99999999999TB")]
    public void What_is_no_size_is_refused(string text) => Assert.False(ByteSize.TryParse(text, out _));

    [Theory]
    [InlineData("a.jsonl", "a.jsonl", null)]
    [InlineData("a.jsonl#5", "a.jsonl", 5)]
    [InlineData("a#b.jsonl", "a#b.jsonl", null)]
    [InlineData("a#1#2", "a#1", 2)]
    [InlineData("#5", "#5", null)]
    [InlineData("a#-5", "a#-5", null)]
    public void A_row_count_follows_a_data_path(string text, string path, int? rows)
    {
        Assert.Equal(new DatasetReference(path, rows), DatasetReference.Parse(text));
        Assert.Equal(text, DatasetReference.Parse(text).ToString());
    }

    [Theory]
    [InlineData("hf::org/name", "org/name", HubSite.HuggingFace)]
    [InlineData("MS::org/name@v1.0:sub#20", "org/name@v1.0", HubSite.ModelScope, 20, "sub")]
    [InlineData("org/name:a/b:test#5", "org/name", null, 5, "a/b", "test")]
    [InlineData("hf::gsm8k:main", "gsm8k", HubSite.HuggingFace, null, "main")]
    [InlineData("C:\\rows", "C:\\rows", null)]
    [InlineData("a:b:c:d", "a:b:c:d", null)]
    [InlineData("a::b", "a::b", null)]
    public void A_data_set_on_a_hub_has_subset_and_split(string text, string path, HubSite? site, int? rows = null, string? subset = null, string? split = null)
    {
        var reference = DatasetReference.Parse(text);
        Assert.Equal(new DatasetReference(path, rows) { Site = site, Subset = subset, Split = split }, reference);
        Assert.Equal(text, reference.ToString(), ignoreCase: true);
    }

    [Theory]
    [InlineData("org/name", "org/name", null, null)]
    [InlineData("hf::org/na.me@refs/pr/1", "org/na.me", "refs/pr/1", HubSite.HuggingFace)]
    [InlineData("ms::org/name@v1", "org/name", "v1", HubSite.ModelScope)]
    [InlineData("hf::gpt2", "gpt2", null, HubSite.HuggingFace)]
    public void An_id_has_a_hub_and_a_revision(string text, string name, string? revision, HubSite? site)
    {
        Assert.Equal(new HubId(name, revision, site), HubId.Parse(text));
        Assert.Equal(text, HubId.Parse(text).ToString());
    }

    [Theory]
    [InlineData("gpt2")]
    [InlineData("ms::gpt2")]
    [InlineData("a/b/c")]
    [InlineData("../b")]
    [InlineData("a/..")]
    [InlineData("a/b--c")]
    [InlineData("a/b@../x")]
    [InlineData("a/b@")]
    [InlineData("a/.b")]
    [InlineData("a\\b/c")]
    [InlineData("a b/c")]
    [InlineData("a/b?x")]
    [InlineData("/b")]
    [InlineData("")]
    public void What_is_no_id_is_not_taken_for_one(string text) => Assert.Null(HubId.Parse(text));

    [Theory]
    [InlineData("default", LossScope.AssistantTurns, "default")]
    [InlineData("ALL", LossScope.Everything, "all")]
    [InlineData("hermes", LossScope.AssistantTurns, "default+hermes", LossRule.Hermes)]
    [InlineData("last_round+hermes+ignore_empty_think", LossScope.LastTurn, "last_round+hermes+ignore_empty_think", LossRule.Hermes, LossRule.IgnoreEmptyThink)]
    [InlineData("alpha_umi+qwen", LossScope.AssistantTurns, "default+alpha_umi+qwen", LossRule.AlphaUmi, LossRule.Qwen)]
    public void Loss_scales_are_a_scope_and_rules(string text, LossScope scope, string written, params LossRule[] rules)
    {
        Assert.True(LossScale.TryParse(text, out var scale));
        Assert.Equal(scope, scale.Scope);
        Assert.Equal(rules, scale.Rules);
        Assert.Equal(written, scale.ToString());
        Assert.True(LossScale.TryParse(written, out var again));
        Assert.Equal(scale, again);
    }

    [Theory]
    [InlineData("")]
    [InlineData("none")]
    [InlineData("hermes+last_round")]
    [InlineData("default+")]
    [InlineData("hermes+hermes")]
    public void Other_loss_scales_are_refused(string text) => Assert.False(LossScale.TryParse(text, out _));
}

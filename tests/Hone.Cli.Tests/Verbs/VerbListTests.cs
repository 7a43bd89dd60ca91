using Hone.Settings;

namespace Hone.Cli.Tests.Verbs;

public sealed class VerbListTests
{
    [Fact]
    public void Every_verb_that_has_settings_exists_in_the_order_of_help() =>
        Assert.Equal(Settings.Verbs.All, VerbList.All.Select(v => (v.Name, v.SettingsType)));

    [Fact]
    public void Every_verb_explains_itself_with_an_example_that_its_settings_understand()
    {
        foreach (var verb in VerbList.All)
        {
            var page = CommandLineRun.Of([.. verb.Name.Split(' '), "--help"]).Out;
            Assert.StartsWith(verb.Summary, page, StringComparison.Ordinal);
            Assert.StartsWith(verb.Name, verb.Example, StringComparison.Ordinal);
            var known = SettingSchema.Of(verb.SettingsType).Settings.Select(s => "--" + s.Name).ToHashSet();
            Assert.All(verb.Example.Split(' ').Where(word => word.StartsWith("--", StringComparison.Ordinal)), flag => Assert.Contains(flag, known));
        }
    }
}

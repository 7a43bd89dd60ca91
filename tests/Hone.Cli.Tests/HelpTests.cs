using Hone.Settings;

namespace Hone.Cli.Tests;

public sealed class HelpTests
{
    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    [InlineData(200)]
    public void Help_of_a_verb_looks_as_approved(int width) =>
        Approved.Matches($"help-sft-{width}", Print(width, "sft", "--help"));

    [Theory]
    [InlineData(40)]
    [InlineData(80)]
    public void Help_of_all_looks_as_approved(int width) => Approved.Matches($"help-{width}", Print(width, "--help"));

    [Fact]
    public void Help_of_a_smaller_verb_looks_as_approved() => Approved.Matches("help-infer-100", Print(100, "infer", "-h"));

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(72)]
    [InlineData(80)]
    [InlineData(133)]
    [InlineData(500)]
    public void No_line_of_help_is_wider_than_the_window(int width)
    {
        foreach (var verb in CommandLineRun.Verbs)
            Assert.All(Print(width, [.. verb.Name.Split(' '), "--help"]).Split('\n'), line => Assert.True(line.Length <= width, line));
    }

    [Fact]
    public void Help_names_every_setting_with_its_default()
    {
        foreach (var verb in CommandLineRun.Verbs)
        {
            var words = string.Join(' ', Print(200, [.. verb.Name.Split(' '), "--help"]).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            Assert.All(SettingSchema.Of(verb.SettingsType).Settings.Where(verb.Lists), setting =>
            {
                Assert.Contains($"--{setting.Name} ", words, StringComparison.Ordinal);
                Assert.Contains($"{setting.Help} [default: {setting.DefaultText}]", words, StringComparison.Ordinal);
            });
        }
    }

    [Theory]
    [InlineData("preview", "--html", "--max_length")]
    [InlineData("stats", "--loss_scale", "--packing_length")]
    [InlineData("check", "--template", "--truncation_strategy")]
    [InlineData("tokenize", "--columns", "--model_name")]
    public void Help_of_a_verb_that_looks_at_rows_lists_what_has_a_say_in_them(string verb, params string[] listed)
    {
        var help = new CommandLineRun(VerbList.All, ["data", verb, "--help"], 100).Out;
        Assert.All(listed, setting => Assert.Contains(setting + " ", help, StringComparison.Ordinal));
        Assert.All((string[])["--learning_rate ", "--lora_rank ", "--output_dir ", "--eval_steps ", "--streaming "], setting => Assert.DoesNotContain(setting, help, StringComparison.Ordinal));
        Assert.Contains("The other settings of hone sft are taken too", help, StringComparison.Ordinal);
        Assert.DoesNotContain("are taken too", Print(100, "sft", "--help"), StringComparison.Ordinal);
    }

    [Fact]
    public void Help_can_be_asked_for_in_several_ways()
    {
        Assert.Equal(Print(80), Print(80, "--help"));
        Assert.Equal(Print(80, "help"), Print(80, "-h"));
        Assert.Equal(Print(80, "help", "template", "render"), Print(80, "template", "render", "-h"));
        Assert.Equal(Print(80, "help", "merge_lora"), Print(80, "merge-lora", "--adapters", "x", "--help"));
    }

    [Fact]
    public void The_version_is_printed() => Assert.Equal($"hone {Application.Version}\n", Print(80, "--version"));

    private static string Print(int width, params string[] arguments)
    {
        var run = new CommandLineRun(CommandLineRun.Verbs, arguments, width);
        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        return run.Out;
    }
}

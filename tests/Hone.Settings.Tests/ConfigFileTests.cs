using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Hone.Testing;

namespace Hone.Settings.Tests;

public sealed class ConfigFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("run.yaml", "seed: 7\nprompt: 'yes'\ntop_p: .5\nstream: off\nstop_words:\n  - a b\n  - '#'\nmax_new_tokens: null\nsystem: |\n  two\n  lines\n")]
    [InlineData("run.json", """{"seed": 7, "prompt": "yes", "top-p": 0.5, "Stream": false, "stop_words": ["a b", "#"], "max_new_tokens": null, "system": "two\nlines\n", }""")]
    public void Yaml_and_json_say_the_same(string name, string text)
    {
        var settings = Bind(name, text);
        Assert.Equal(7, settings.Seed);
        Assert.Equal("yes", settings.Prompt);
        Assert.Equal(0.5, settings.TopP);
        Assert.False(settings.Stream);
        Assert.Equal(["a b", "#"], settings.StopWords);
        Assert.Null(settings.MaxNewTokens);
        Assert.Equal("two\nlines\n", settings.System);
    }

    [Theory]
    [InlineData("", "a.yaml")]
    [InlineData("# nothing but a comment\n", "a.yaml")]
    [InlineData("{}", "a.json")]
    public void An_empty_file_sets_nothing(string text, string name) => Assert.Equal(42, Bind(name, text).Seed);

    [Theory]
    [InlineData(2, "is set twice", "a.yaml", "seed: 1\nseed: 2\n")]
    [InlineData(2, "same setting", "a.yaml", "prompt: a\nquery: b\n")]
    [InlineData(2, "is set twice", "a.json", "{\"seed\": 1,\n\"SEED\": 2}")]
    [InlineData(3, "did you mean temperature", "a.yaml", "seed: 1\n\ntemprature: 1\n")]
    [InlineData(1, "tags", "a.yaml", "prompt: !!python/object:os.system x\n")]
    [InlineData(2, "alias", "a.yaml", "prompt: &x hello\nsystem: *x\n")]
    [InlineData(2, "flat", "a.yaml", "model_config:\n  a: 1\n")]
    [InlineData(2, "flat", "a.yaml", "stop_words:\n  - [a]\n")]
    [InlineData(2, "second YAML document", "a.yaml", "seed: 1\n---\nseed: 2\n")]
    [InlineData(1, "name: value", "a.yaml", "just text\n")]
    [InlineData(1, "name: value", "a.yaml", "- seed\n")]
    [InlineData(2, "not valid YAML", "a.yaml", "seed: 1\n  prompt: x\n")]
    [InlineData(2, "not valid JSON", "a.json", "{\"seed\":\n oops}")]
    [InlineData(1, "one JSON object", "a.json", "[1]")]
    [InlineData(2, "more than a value", "a.json", "{\"prompt\":\n {\"a\": 1}}")]
    [InlineData(1, "not valid JSON", "a.json", "{} trailing")]
    [InlineData(1, "not valid JSON", "a.json", "")]
    [InlineData(1, "seed is 'x'", "a.yaml", "seed: x\n")]
    [InlineData(1, "takes one value, not 2", "a.yaml", "seed: [1, 2]\n")]
    public void What_is_wrong_in_a_file_is_named_with_its_line(int line, string expected, string name, string text)
    {
        var e = Assert.Throws<HoneException>(() => Bind(name, text));
        Assert.Equal(ExitCode.Usage, e.ExitCode);
        Assert.Contains(expected, $"{e.Message} | {e.Fix}", StringComparison.Ordinal);
        Assert.EndsWith($"{name}:{line}", e.Where, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("!!-e!@1[s\0s \nd]~ e")]
    [InlineData("seed: !![ 1")]
    public void A_tag_that_is_no_URI_is_an_error(string text) =>
        Assert.Contains("not valid YAML", Assert.Throws<HoneException>(() => Bind("a.yaml", text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_missing_or_huge_file_is_an_error()
    {
        Assert.Contains("no such", Assert.Throws<HoneException>(() => SettingsBinder.FromFile<InferSettings>("nowhere.yaml")).Message, StringComparison.Ordinal);
        Assert.Contains("1 MiB", Assert.Throws<HoneException>(() => Bind("big.yaml", new string('#', 2 << 20))).Message, StringComparison.Ordinal);
        var many = string.Concat(Enumerable.Range(0, 5000).Select(i => $"k{i}: 1\n"));
        Assert.Contains("more than 1000", Assert.Throws<HoneException>(() => Bind("many.yaml", many)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a.yaml", "[")]
    [InlineData("a.yaml", "{a: ")]
    [InlineData("a.yaml", "- ")]
    [InlineData("a.yaml", "? ")]
    [InlineData("a.json", "[")]
    [InlineData("a.json", "{\"a\":")]
    public void Deep_nesting_is_refused_without_a_stack_overflow(string name, string opening) =>
        Assert.Throws<HoneException>(() => Bind(name, string.Concat(Enumerable.Repeat(opening, 100_000))));

    [Fact]
    public void No_bytes_make_the_readers_fail_otherwise_than_with_a_message()
    {
        const string Alphabet = "seed: 1\n-[]{},\"'#&*!|>%@`~?\\\t \u00e9\0";
        var texts = Gen.Elements(Alphabet.ToCharArray()).ArrayOf().Select(c => new string(c)).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(texts, text => BindsOrExplains("f.yaml", text) && BindsOrExplains("f.json", text)));
    }

    [Theory]
    [InlineData("f.yaml")]
    [InlineData("f.json")]
    public void Bytes_that_are_no_text_are_an_error_or_a_replacement_never_a_crash(string name)
    {
        var path = Path.Combine(_folder.Path, name);
        File.WriteAllBytes(path, [.. Encoding.UTF8.GetBytes("{\"prompt\": \""), 0xff, 0xc0, 0x80, .. Encoding.UTF8.GetBytes("\"}")]);
        Assert.True(BindsOrExplains(path));
    }

    private bool BindsOrExplains(string name, string text) => BindsOrExplains(_folder.Write(name, text));

    private static bool BindsOrExplains(string path)
    {
        try
        {
            SettingsBinder.Bind<DoctorSettings>([path]);
            return true;
        }
        catch (HoneException)
        {
            return true;
        }
    }

    private InferSettings Bind(string name, string text)
    {
        var model = Path.GetDirectoryName(_folder.Write("model/config.json", "{}"))!;
        return SettingsBinder.Bind<InferSettings>([_folder.Write(name, text), "-m", model]);
    }
}

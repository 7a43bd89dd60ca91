using Hone.Data.Sources;
using Hone.Testing;

namespace Hone.Data.Tests.Sources;

public sealed class DatasetLayoutTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet data/test-00000-of-00001.parquet README.md", null, null, "data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet")]
    [InlineData("data/train-00000-of-00001.parquet data/validation-00000-of-00001.parquet", null, "validation", "data/validation-00000-of-00001.parquet")]
    [InlineData("train.jsonl test.jsonl dev.jsonl dataset_info.json", null, null, "train.jsonl")]
    [InlineData("train.jsonl test.jsonl dev.jsonl", null, "validation", "dev.jsonl")]
    [InlineData("my_train_file.csv my_eval_file.csv", null, "test", "my_eval_file.csv")]
    [InlineData("train/a.json train/b.json test/a.json", null, null, "train/a.json train/b.json")]
    [InlineData("rows.jsonl.gz other.jsonl .hidden.jsonl", null, null, "rows.jsonl.gz other.jsonl")]
    [InlineData("constrained.jsonl", null, null, "constrained.jsonl")]
    [InlineData("a.parquet b.parquet c.json", null, null, "a.parquet b.parquet")]
    [InlineData("a.parquet c.json", null, null, "a.parquet")]
    [InlineData("en/train.jsonl zh/train.jsonl zh/test.jsonl", "zh", null, "zh/train.jsonl")]
    [InlineData("train.jsonl test.jsonl", "default", "test", "test.jsonl")]
    [InlineData("en/a.jsonl zh/a.jsonl fr/a.jsonl", "zh/en", null, "en/a.jsonl zh/a.jsonl")]
    public void Without_a_card_names_decide(string files, string? subset, string? split, string expected) =>
        Assert.Equal(expected.Split(' '), DatasetLayout.Choose(files.Split(' '), [], subset, split));

    [Theory]
    [InlineData("train.jsonl test.jsonl", null, "validation", "has no split 'validation'; it has train, test")]
    [InlineData("test.jsonl", null, null, "has no split 'train'; it has test")]
    [InlineData("rows.jsonl", "en", null, "has no subset 'en'")]
    [InlineData("load.py README.md", null, null, "only a program, which is not run; a copy in Parquet may be at @refs/convert/parquet")]
    [InlineData("README.md", null, null, "no data file")]
    public void What_is_not_there_is_said(string files, string? subset, string? split, string message) =>
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose(files.Split(' '), [], subset, split)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_card_says_which_files_are_which()
    {
        var card = Card("""
            language: [en, zh]
            configs:
            - config_name: main
              default: true
              data_files:
              - split: train
                path: main/train-*
              - split: test
                path: [main/test-1.parquet, "main/**/more.parquet"]
            - config_name: other
              data_dir: o
              data_files: "*.jsonl"
            - config_name: pair
              data_files: {train: "[ab].csv", test: c?.csv}
            """);
        string[] files = ["main/train-1.parquet", "main/train-2.parquet", "main/test-1.parquet", "main/x/y/more.parquet", "main/more.parquet", "o/a.jsonl", "o/p/b.jsonl", "a.csv", "b.csv", "c1.csv", "cc1.csv"];
        Assert.Equal(["main/train-1.parquet", "main/train-2.parquet"], DatasetLayout.Choose(files, card, null, null));
        Assert.Equal(["main/test-1.parquet", "main/x/y/more.parquet", "main/more.parquet"], DatasetLayout.Choose(files, card, "main", "test"));
        Assert.Equal(["o/a.jsonl"], DatasetLayout.Choose(files, card, "other", null));
        Assert.Equal(["a.csv", "b.csv"], DatasetLayout.Choose(files, card, "pair", null));
        Assert.Equal(["c1.csv"], DatasetLayout.Choose(files, card, "pair", "test"));
        Assert.Equal(5, DatasetLayout.Choose(files, card, "all", null).Count);
        Assert.Contains("no subset 'none'; it has main, other, pair", Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose(files, card, "none", null)).Message, StringComparison.Ordinal);
        Assert.Contains("no split 'dev'; it has train, test", Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose(files, card, "main", "dev")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Several_subsets_without_a_usual_one_must_be_named()
    {
        var card = Card("configs:\n- config_name: a\n  data_files: a.csv\n- config_name: b\n  data_files: b.csv\n");
        Assert.Contains("one must be named behind a colon: a, b", Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose(["a.csv", "b.csv"], card, null, null)).Message, StringComparison.Ordinal);
        Assert.Equal(["a.csv", "b.csv"], DatasetLayout.Choose(["a.csv", "b.csv"], card, "a/b", null));
    }

    [Theory]
    [InlineData("# no front matter")]
    [InlineData("")]
    [InlineData("---\n---\n")]
    [InlineData("---\nlicense: mit\n---\n")]
    [InlineData("---\nconfigs: none\n---\n")]
    [InlineData("---\nconfigs:\n- 3\n- config_name: a\n---\n")]
    public void A_card_without_files_says_nothing(string readme) => Assert.Empty(DatasetCard.Read(folder.Write("README.md", readme)));

    [Theory]
    [InlineData("---\nconfigs: [\n---\n")]
    [InlineData("---\na: &x [*x]\nconfigs: *x\n---\n")]
    [InlineData("---\n- a\n---\n")]
    [InlineData("---\n? [a]\n: b\n---\n")]
    public void A_card_that_can_not_be_read_is_an_error(string readme)
    {
        var e = Assert.Throws<HoneException>(() => DatasetCard.Read(folder.Write("README.md", readme)));
        Assert.Equal((ExitCode.Data, folder.PathOf("README.md")), (e.ExitCode, e.Where));
    }

    [Fact]
    public void A_card_nested_without_end_is_an_error() =>
        Assert.Throws<HoneException>(() => DatasetCard.Read(folder.Write("README.md", "---\nconfigs: " + new string('[', 100_000) + "\n---\n")));

    /// <summary>Random changes to a real card: it is read, or refused as a card; nothing else comes out.</summary>
    [Fact]
    public void A_damaged_card_is_never_more_than_an_error()
    {
        const string card = "---\nlicense: mit\nconfigs:\n- config_name: main\n  default: true\n  data_files:\n  - split: train\n    path: [\"a/*\", 'b?']\n- config_name: x\n  data_files: {test: y}\n---\n";
        const string bytes = "-:[]{}&*!|>'\"%@`#,?\n\t a\\~\0é";
        var random = new Random(1);
        var refused = 0;
        for (var i = 0; i < 3000; i++)
        {
            var text = card.ToCharArray();
            for (var n = random.Next(1, 6); n > 0; n--) text[random.Next(text.Length)] = bytes[random.Next(bytes.Length)];
            try
            {
                DatasetCard.Read(folder.Write("README.md", new string(text)));
            }
            catch (HoneException e) when (e.ExitCode == ExitCode.Data)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 100, 2900);
    }

    [Fact]
    public void A_pattern_that_is_none_is_said() =>
        Assert.Contains("'[z-a].jsonl'", Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose(["a.jsonl"], [new CardSubset("x", true, [("train", "[z-a].jsonl")])], null, null)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_card_without_end_is_not_read() =>
        Assert.Contains("longer than 8 MiB", Assert.Throws<HoneException>(() => DatasetCard.Read(folder.Write("README.md", new string('x', (8 << 20) + 1)))).Message, StringComparison.Ordinal);

    [Fact]
    public void A_pattern_that_would_take_for_ever_does_not()
    {
        var card = Card("configs:\n- config_name: a\n  data_files: '" + string.Concat(Enumerable.Repeat("**a", 40)) + "b'\n");
        Assert.Throws<InvalidDataException>(() => DatasetLayout.Choose([new string('a', 900) + ".csv"], card, null, null));
    }

    private IReadOnlyList<CardSubset> Card(string yaml) => DatasetCard.Read(folder.Write("README.md", $"---\n{yaml}\n---\n# Card\n"));
}

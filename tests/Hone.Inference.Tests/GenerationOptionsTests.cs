namespace Hone.Inference.Tests;

public sealed class GenerationOptionsTests
{
    [Theory]
    [InlineData("{}", 0, 50, 512)]
    [InlineData("{\"temperature\": 0.7, \"top_k\": 20}", 0, 20, 512)]
    [InlineData("{\"do_sample\": true, \"temperature\": 0.7, \"top_k\": 20, \"max_new_tokens\": 99}", 0.7f, 20, 99)]
    [InlineData("{\"do_sample\": true}", 1, 50, 512)]
    public void The_models_file_decides_and_greedy_is_the_default(string file, float temperature, int topK, int maxNewTokens)
    {
        var options = Read(file);
        Assert.Equal((temperature, topK, maxNewTokens), (options.Temperature, options.TopK, options.MaxNewTokens));
    }

    [Theory]
    [InlineData("[")]
    [InlineData("[]")]
    [InlineData("{\"top_k\": 1.5}")]
    [InlineData("{\"top_k\": -1}")]
    [InlineData("{\"max_new_tokens\": 0}")]
    [InlineData("{\"max_new_tokens\": 1e30}")]
    public void A_broken_file_is_a_model_error(string file) => Assert.Equal(ExitCode.Model, Assert.Throws<HoneException>(() => Read(file)).ExitCode);

    [Theory]
    [InlineData(new[] { "Hello wo", "rld END", " more" }, new[] { "END" }, "Hello world ", true)]
    [InlineData(new[] { "ab", "aba", "c" }, new[] { "abac" }, "ab", true)]
    [InlineData(new[] { "aab", "aac" }, new[] { "aaad" }, "aabaac", false)]
    [InlineData(new[] { "x", "y", "z" }, new[] { "yz", "xyz" }, "", true)]
    [InlineData(new[] { "x", "y" }, new[] { "yz" }, "xy", false)]
    [InlineData(new[] { "x", "y" }, new string[0], "xy", false)]
    public void A_text_passes_up_to_the_first_stop_word(string[] pieces, string[] words, string expected, bool stops)
    {
        var scanner = new StopWordScanner(words);
        var text = string.Concat(pieces.Select(scanner.Append));
        Assert.Equal(expected, text + scanner.Flush());
        Assert.Equal(stops, scanner.IsStopped);
    }

    private static GenerationOptions Read(string file)
    {
        var folder = Directory.CreateTempSubdirectory("hone-generation-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "generation_config.json"), file);
            return GenerationOptions.FromModelFolder(folder, []);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

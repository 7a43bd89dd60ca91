using System.Buffers.Binary;
using System.Text;

namespace Hone.Cli.Tests;

/// <summary>What a person gets wrong is answered with one clear message, the documented exit code and no trace; nothing is written.</summary>
public sealed class BadInputTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void An_unknown_setting_is_answered_with_the_nearest_name() =>
        Refused(ExitCode.Usage, ["--learning_rat", "1e-4"], "learning_rat", "learning_rate");

    [Fact]
    public void A_missing_model_folder_is_named() =>
        Refused(ExitCode.Model, ["--model", model.Sub("nowhere")], "model", model.Sub("nowhere"));

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer.model")]
    public void A_missing_file_of_the_model_is_named(string file)
    {
        File.Delete(Path.Combine(model.Model, file));
        Refused(ExitCode.Model, [], file.Split('.')[0], model.Model);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(1000)]
    [InlineData(500_000)]
    public void Weights_that_are_cut_short_are_refused(int length)
    {
        File.WriteAllBytes(model.Weights, File.ReadAllBytes(model.Weights)[..length]);
        Refused(ExitCode.Model, [], model.Weights);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 40)]
    [InlineData(99_000_000ul)]
    public void A_header_that_lies_about_its_length_is_refused(ulong claim)
    {
        var bytes = File.ReadAllBytes(model.Weights);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, claim);
        File.WriteAllBytes(model.Weights, bytes);
        Refused(ExitCode.Model, [], "header", model.Weights);
    }

    [Fact]
    public void A_header_that_points_outside_the_file_is_refused()
    {
        var bytes = File.ReadAllBytes(model.Weights);
        var header = Encoding.Latin1.GetString(bytes);
        var at = header.IndexOf("\"data_offsets\":[0,", StringComparison.Ordinal) + "\"data_offsets\":[".Length;
        Assert.True(at > 20);
        bytes[at] = (byte)'9';
        File.WriteAllBytes(model.Weights, bytes);
        Refused(ExitCode.Model, [], model.Weights);
    }

    [Fact]
    public void A_shape_that_differs_is_named_with_both_shapes()
    {
        model.EditConfig("\"intermediate_size\": 172", "\"intermediate_size\": 176");
        Refused(ExitCode.Model, [], "model.layers.0.mlp", "[176, 64]", "[172, 64]");
    }

    [Fact]
    public void A_tokenizer_that_is_larger_than_the_model_is_refused()
    {
        model.EditConfig("\"vocab_size\": 512", "\"vocab_size\": 500");
        Refused(ExitCode.Model, [], "512", "500", "tokenizer");
    }

    [Fact]
    public void An_architecture_that_is_not_supported_is_named_beside_those_that_are()
    {
        model.EditConfig("LlamaForCausalLM", "MambaForCausalLM");
        model.EditConfig("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"");
        Refused(ExitCode.Model, [], "MambaForCausalLM", "Qwen2ForCausalLM", model.Config);
    }

    [Fact]
    public void A_row_that_is_no_json_is_named_by_file_and_row()
    {
        model.WriteRows(TinyModel.Row(1), """{"messages": [""", TinyModel.Row(3));
        Refused(ExitCode.Data, [], "not JSON", "rows.jsonl:2", "--strict false");
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n  \n")]
    [InlineData("[]")]
    public void A_data_set_without_rows_is_refused(string content)
    {
        File.WriteAllText(model.Rows, content);
        Refused(ExitCode.Data, [], "empty", model.Rows);
    }

    [Fact]
    public void A_row_with_nothing_to_learn_is_named()
    {
        model.WriteRows(TinyModel.Row(1), TinyModel.Row(2), """{"messages": [{"role": "user", "content": "Hello?"}]}""");
        Refused(ExitCode.Data, [], "learn", "rows.jsonl:3");
    }

    [Fact]
    public void A_bad_row_can_be_left_out_and_is_counted_and_listed()
    {
        model.WriteRows(TinyModel.Row(1), "{", TinyModel.Row(3));
        var run = model.Run("--strict", "false", "--max_steps", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 row: ", run.Out, StringComparison.Ordinal);
        Assert.Contains("rows.jsonl:2", run.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("delete", "too long")]
    [InlineData("left", "truncated")]
    [InlineData("right", "truncated")]
    public void Rows_that_are_too_long_are_counted_and_listed(string strategy, string word)
    {
        model.WriteRows(TinyModel.Row(1), LongRow, TinyModel.Row(3));
        var run = model.Run("--truncation_strategy", strategy, "--loss_scale", "all", "--max_steps", "1");
        Assert.Equal(0, run.ExitCode);
        var line = run.Out.Split('\n').Single(l => l.Contains(word, StringComparison.Ordinal));
        Assert.Contains("1 row: ", line, StringComparison.Ordinal);
        Assert.Contains("rows.jsonl:2", run.Out, StringComparison.Ordinal);
        Assert.Contains("max_length is 96", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_that_is_too_long_stops_the_run_when_asked_to()
    {
        model.WriteRows(TinyModel.Row(1), LongRow);
        Refused(ExitCode.Data, ["--truncation_strategy", "raise"], "max_length is 96", "rows.jsonl:2");
    }

    [Fact]
    public void Too_little_memory_is_said_before_training()
    {
        using var child = new HoneProcess(model.Sft, ("HONE_AVAILABLE_MEMORY", "1MiB"));
        Assert.Equal((int)ExitCode.Memory, child.WaitForExit());
        Assert.Contains("are free", child.Error, StringComparison.Ordinal);
        Assert.Contains("fix:", child.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", child.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(model.Output));
    }

    private static string LongRow =>
        $$"""{"messages": [{"role": "user", "content": "{{new string('x', 300)}}"}, {"role": "assistant", "content": "{{new string('y', 300)}}"}]}""";

    private void Refused(ExitCode code, string[] more, params string[] words) => Refused(model.Run(more), code, words);

    private void Refused(CommandLineRun run, ExitCode code, params string[] words)
    {
        Assert.True((int)code == run.ExitCode, $"exit code {run.ExitCode}\n{run.Out}\n{run.Error}");
        Assert.Single(run.Error.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("sorry", run.Error, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, run.Error, StringComparison.Ordinal));
        Assert.False(Directory.Exists(model.Output), "something was written");
    }
}

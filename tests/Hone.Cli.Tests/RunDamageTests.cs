using System.Text;

namespace Hone.Cli.Tests;

/// <summary>What goes wrong around a run directory never harms what lies in it.</summary>
public sealed class RunDamageTests : IDisposable
{
    private readonly TinyModel model = new();

    public void Dispose() => model.Dispose();

    [Fact]
    public void A_folder_that_is_not_empty_is_left_alone()
    {
        Directory.CreateDirectory(model.Output);
        File.WriteAllText(Path.Combine(model.Output, "thesis.txt"), "years of work");
        foreach (var overwrite in (string[])["false", "true"])
        {
            var run = model.Run("--overwrite_output_dir", overwrite);
            Assert.Equal((int)ExitCode.Usage, run.ExitCode);
            Assert.Contains(model.Output, run.Error, StringComparison.Ordinal);
            Assert.Contains("another output_dir", run.Error, StringComparison.Ordinal);
            Assert.Equal("years of work", File.ReadAllText(Path.Combine(model.Output, "thesis.txt")));
        }
    }

    [Fact]
    public void A_run_is_overwritten_only_once_its_successor_has_a_model()
    {
        Assert.Equal(0, model.Run("--max_steps", "1").ExitCode);
        var before = Checkpoints();
        var weights = File.ReadAllBytes(model.Weights);
        File.WriteAllBytes(model.Weights, weights[..1000]);
        Assert.Equal((int)ExitCode.Model, model.Run("--overwrite_output_dir", "true", "--max_steps", "2").ExitCode);
        Assert.Equal(before, Checkpoints());
        File.WriteAllBytes(model.Weights, weights);
        Assert.Equal(0, model.Run("--overwrite_output_dir", "true", "--max_steps", "2", "--save_steps", "2").ExitCode);
        Assert.Equal(["checkpoint-2"], Checkpoints());
    }

    [Fact]
    public void A_loss_that_is_no_number_names_step_and_rows_and_nothing_is_saved()
    {
        PoisonFinalNorm();
        var run = model.Run("--shuffle", "false");
        Assert.Equal((int)ExitCode.Diverged, run.ExitCode);
        Assert.Contains("step 1 is NaN", run.Error, StringComparison.Ordinal);
        Assert.Contains("rows.jsonl:1", run.Error, StringComparison.Ordinal);
        Assert.Contains("learning_rate", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.Empty(Checkpoints());
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_spares_the_one_before()
    {
        // A file where the folder of checkpoint 2 would be written, as soon as checkpoint 1 is there.
        using var output = new WordWatcher("saved", () => File.WriteAllText(Path.Combine(model.Output, "checkpoint-2.tmp"), "in the way"));
        using var error = new StringWriter();
        using var console = new CliConsole(output, error, isTerminal: false, () => 200);
        using var interruption = new Interruption(console, _ => { });
        var code = new Application(VerbList.All, console, new Dictionary<string, string>(), interruption).Run(model.Sft);
        Assert.Equal((int)ExitCode.Other, code);
        Assert.Contains("could not be saved", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("checkpoint-1 is intact", error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error.ToString(), StringComparison.Ordinal);
        File.Delete(Path.Combine(model.Output, "checkpoint-2.tmp"));
        Assert.Equal(0, model.Run("--resume_from_checkpoint", "last").ExitCode);
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused_by_name_and_last_takes_the_one_before()
    {
        Assert.Equal(0, model.Run().ExitCode);
        var damaged = Path.Combine(model.Output, "checkpoint-8");
        var path = Path.Combine(damaged, "adapter_model.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var run = model.Run("--resume_from_checkpoint", damaged);
        Assert.Equal((int)ExitCode.Model, run.ExitCode);
        Assert.Contains("adapter_model.safetensors does not match its checksum", run.Error, StringComparison.Ordinal);
        Assert.Contains("checkpoint-7", run.Error, StringComparison.Ordinal);
        Assert.Equal(bytes, File.ReadAllBytes(path));

        var last = model.Run("--resume_from_checkpoint", "last");
        Assert.Equal(0, last.ExitCode);
        Assert.Contains("Resuming after step 7", last.Out, StringComparison.Ordinal);
        Assert.Contains("checkpoint-8 is passed over", last.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("last")]
    [InlineData("nowhere/checkpoint-3")]
    public void A_checkpoint_that_does_not_exist_is_said_to_be_missing(string wanted)
    {
        var run = model.Run("--resume_from_checkpoint", wanted);
        Assert.InRange(run.ExitCode, (int)ExitCode.Usage, (int)ExitCode.Model);
        Assert.Contains(wanted == "last" ? model.Output : "checkpoint-3", run.Error, StringComparison.Ordinal);
        Assert.Contains("fix: ", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(model.Output));
    }

    [Fact]
    public void A_finished_run_is_not_resumed_and_says_so()
    {
        Assert.Equal(0, model.Run("--max_steps", "1").ExitCode);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, model.Output);
        var run = model.Run("--max_steps", "1", "--output_dir", relative, "--resume_from_checkpoint", "last");
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains("run is finished", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_goes_on_in_a_relative_output_folder()
    {
        Assert.Equal(0, model.Run().ExitCode);
        Directory.Delete(Path.Combine(model.Output, "checkpoint-8"), recursive: true);
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, model.Output);
        Assert.Equal(0, model.Run("--output_dir", relative, "--resume_from_checkpoint", "last").ExitCode);
        Assert.Contains("checkpoint-8", Checkpoints());
    }

    [Fact]
    public void A_copied_checkpoint_goes_on_in_the_output_folder_and_its_neighbours_stay()
    {
        Assert.Equal(0, model.Run().ExitCode);
        Directory.CreateDirectory(model.Sub("backup"));
        Directory.Move(Path.Combine(model.Output, "checkpoint-7"), model.Sub("backup/checkpoint-7"));
        Directory.Delete(model.Output, recursive: true);
        Assert.Equal(0, model.Run("--resume_from_checkpoint", model.Sub("backup/checkpoint-7")).ExitCode);
        Assert.Equal(["checkpoint-8"], Checkpoints());
        Assert.Equal([model.Sub("backup/checkpoint-7")], Directory.GetFileSystemEntries(model.Sub("backup")));
    }

    [Fact]
    public void A_run_that_the_new_one_reads_from_is_not_overwritten()
    {
        Assert.Equal(0, model.Run("--max_steps", "1").ExitCode);
        var run = model.Run("--overwrite_output_dir", "true", "--adapters", Path.Combine(model.Output, "checkpoint-1"));
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains("lies in it", run.Error, StringComparison.Ordinal);
        Assert.Equal(["checkpoint-1"], Checkpoints());
    }

    [Fact]
    public void A_run_that_holds_the_rows_of_a_registered_name_is_not_overwritten()
    {
        Assert.Equal(0, model.Run("--max_steps", "1").ExitCode);
        var rows = Path.Combine(model.Output, "checkpoint-1", "rows.jsonl");
        File.Copy(model.Rows, rows);
        File.WriteAllText(model.Sub("info.json"), $$"""{"mine":{"file_name":"{{rows}}"} }""");
        var run = model.Run("--overwrite_output_dir", "true", "--custom_dataset_info", model.Sub("info.json"), "--dataset", "mine");
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains("lies in it", run.Error, StringComparison.Ordinal);
        Assert.True(File.Exists(rows));
    }

    [Fact]
    public void A_folder_of_another_trainer_is_not_overwritten()
    {
        Directory.CreateDirectory(model.Output);
        File.WriteAllText(Path.Combine(model.Output, "args.json"), "{}");
        Assert.Equal((int)ExitCode.Usage, model.Run("--overwrite_output_dir", "true").ExitCode);
        Assert.True(File.Exists(Path.Combine(model.Output, "args.json")));
    }

    [Fact]
    public void Rows_longer_than_the_model_has_positions_are_refused()
    {
        var run = model.Run("--max_length", "99999");
        Assert.Equal((int)ExitCode.Usage, run.ExitCode);
        Assert.Contains("max_length is 99999", run.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(model.Output));
    }

    private string[] Checkpoints() => [.. Directory.GetDirectories(model.Output, "checkpoint-*").Select(p => Path.GetFileName(p)).Order()];

    /// <summary>Puts a NaN into the weight of the last norm.</summary>
    private void PoisonFinalNorm()
    {
        var bytes = File.ReadAllBytes(model.Weights);
        var length = (int)BitConverter.ToUInt64(bytes);
        using var header = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        var start = header.RootElement.GetProperty("model.norm.weight").GetProperty("data_offsets")[0].GetInt32();
        BitConverter.TryWriteBytes(bytes.AsSpan(8 + length + start), float.NaN);
        File.WriteAllBytes(model.Weights, bytes);
    }
}
